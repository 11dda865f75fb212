class Output:
    text: str =  # error: E1101
