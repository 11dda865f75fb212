Runner = 3
