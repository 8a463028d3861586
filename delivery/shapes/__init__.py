"""What people type, as shapes: one module a noun."""
