"""What the README's numbers come from: everything is measured side by side with a rival or a floor, in one run."""
