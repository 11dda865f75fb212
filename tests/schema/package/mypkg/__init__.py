"""pkg"""
from .core.predictor import FluxPredictor as Predictor
from .core import *
__version__ = "1.0"
