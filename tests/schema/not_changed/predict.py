import os, sys, logging, argparse, subprocess
from typing import List
from cog import BasePredictor, Input, Path
logger = logging.getLogger(__name__)
SCHEDULERS = {"DDIM": os.getcwd, "K": os.sep}
SIZES = [512, 768, 1024]
NAMES = ["a", "b"]
STYLES = [{"name": "none", "prompt": "{prompt}"}, {"name": "anime", "prompt": "anime {prompt}"}]
styles = {k["name"]: (k["prompt"], k.get("neg", "")) for k in STYLES}
STYLE_NAMES = list(styles.keys())
sys.dont_write_bytecode = True
os.environ["X"] = "1"
os.environ.setdefault("Y", "2")
sys.path.append(os.path.join(os.path.dirname(__file__), "x"))
logger.info("sizes %s", SIZES[0])
print(NAMES)
def choice(values, default=None, **kw):
    return Input(choices=values, default=default, **kw)
def helper(image, names):
    images = []
    images.append(image)
    names.append("x")
    SIZE = 3
    return images
class Helper:
    def __init__(self):
        self.NAMES = []
        self.sizes = list(SIZES)
        self.sizes.append(3)
    def __call__(self, x):
        return SCHEDULERS[x]
H = Helper()
class Predictor(BasePredictor):
    def setup(self):
        self.pipes = {}
        for name, cls in SCHEDULERS.items():
            self.pipes[name] = cls()
        self.NAMES = NAMES
        NAMES.sort()
    def predict(self,
        scheduler: str = Input(choices=list(SCHEDULERS.keys()), default="K"),
        size: int = Input(choices=SIZES, default=SIZES[0]),
        name: str = choice(NAMES, NAMES[0], description="n"),
        name2: str = choice(values=NAMES, default=NAMES[1]),
        style: str = Input(choices=STYLE_NAMES, default="none"),
    ) -> List[Path]:
        SIZES.append(1)
        return []
def main():
    p = argparse.ArgumentParser()
    p.add_argument("--size", choices=SIZES)
    NAMES.append("cli")
if __name__ == "__main__":
    main()
    SIZES.append(7)
