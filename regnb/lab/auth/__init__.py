"""Users of the lab, their passwords, and a small token server."""
