"""The methods of the lab, in groups; each is thin, and the work is in the modules beside them."""
