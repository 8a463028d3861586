module real

go 1.26
