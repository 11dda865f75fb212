import functools

from cog import BasePredictor, Input


def logged(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


class Predictor(BasePredictor):
    @logged
    def predict(self, text: str = Input(default="x")) -> str:
        return text
