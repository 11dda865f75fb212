import os
import pathlib

from cog import BasePredictor


class MyPath(pathlib.PurePosixPath):
    pass


class Predictor(BasePredictor):
    def predict(self, one: pathlib.Path, two: os.PathLike, three: MyPath) -> pathlib.Path:
        return one
