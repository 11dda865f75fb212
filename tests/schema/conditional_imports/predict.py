try:
    from typing import Optional
except ImportError:
    from typing_extensions import Optional

if True:
    import cog
else:
    cog = None

try:
    import torch
except ImportError:
    torch = None


class Predictor(cog.BasePredictor if False else object):
    def predict(self, text: Optional[str] = None) -> str:
        return text
