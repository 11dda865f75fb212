from mypkg import Predictor, __version__
