from model import MyPredictor as Predictor
