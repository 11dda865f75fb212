def push(state, registry):
    pass
