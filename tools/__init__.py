"""What the project needs around it: the toolchain for machines that have none, and the demo."""
