from . import constants
from .predictor import FluxPredictor
