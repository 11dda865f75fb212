import functools

from cog import Input
SCHEDULERS = {"ddim": functools.partial, "euler": functools.reduce}
ASPECT = {"1:1": (1024, 1024), "16:9": (1344, 768)}
def make_prompt_input(**overrides):
    """prompt"""
    return Input(**{"description": "Prompt", "default": "a cat", **overrides})
def print_gpu(x):
    for k in x: print(k)
