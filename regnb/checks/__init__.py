"""Checks of exercises, by the state of the learner's registry and engine, and questions.

A chapter's checks and questions are in `chapter_NN.py` here, their texts in the catalogues
`chapter_NN.toml`. What a learner wrote in a cell is never looked at: any way that leads there is
right.
"""
