from cog import BasePredictor, File, Input, Path, Secret


class Predictor(BasePredictor):
    def setup(self):
        self.model = None

    def predict(
        self,
        text: str,
        count: int,
        ratio: float,
        flag: bool,
        image: Path,
        data: File,
        token: Secret,
        table: dict,
    ) -> str:
        return text
