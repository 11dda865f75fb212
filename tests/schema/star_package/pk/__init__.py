from .one import *
from .two import *
__all__ = ["NAMES"] + ["other"]
other = 1
