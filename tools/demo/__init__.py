"""`make demo`: the main job, told step by step on two clusters of this machine, in a copy of the shipped tree."""
