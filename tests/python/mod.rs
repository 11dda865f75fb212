//! A predictor as long as one asks, for the test of scale and for the bench: classes, functions, tables and choices, as
//! people write them.

/// The files of a project whose Python has about `lines` lines, a third of them in a second file.
pub fn project(lines: usize) -> Vec<(String, String)> {
    let parts = lines / PART.lines().count();
    let code = |from: usize, to: usize| (from..to).map(part).collect::<String>();
    let types = format!("from cog import BaseModel\n\n{OUTPUT}{}", code(parts * 2 / 3, parts));
    let predict = format!("{HEAD}{}{}", code(0, parts * 2 / 3), RUNNER);
    let config = "build:\n  python_version: \"3.12\"\nrun: predict.py:Runner\n";
    [("cog.yaml", config.to_owned()), ("predict.py", predict), ("output.py", types)]
        .map(|(name, text)| (name.to_owned(), text))
        .into()
}

fn part(number: usize) -> String {
    PART.replace("0000", &format!("{number:04}"))
}

const HEAD: &str = "import os\nimport torch\nfrom cog import BaseRunner, Input, Path\n\nfrom output import Output\n\n";

const OUTPUT: &str = "\nclass Output(BaseModel):\n    text: str\n    scores: list[float]\n\n";

const PART: &str = r#"
SIZES_0000 = [256, 512, 768, 1024]
STYLES_0000 = {"oil": {"steps": 10, "scale": 7.5}, "ink": {"steps": 20, "scale": 5.0}}
PROMPT_0000 = (
    "a picture of a house, "
    "in the style of a painting, "
    f"with {len(SIZES_0000)} windows"
)


class Layer_0000(torch.nn.Module):
    """One of many layers."""

    def __init__(self, width: int, height: int = 3, *, dropout: float = 0.1):
        super().__init__()
        self.weights = torch.nn.Parameter(torch.zeros(width, height))
        self.names = {name: index for index, name in enumerate(STYLES_0000)}
        self.dropout = dropout

    def forward(self, inputs, mask=None):
        # Nothing here matters to a schema.
        if mask is not None and inputs.shape[0] > 1:
            inputs = inputs * mask[:, None] + (1.0 - mask[:, None]) * self.weights.mean()
        for name, index in sorted(self.names.items()):
            try:
                inputs = inputs @ self.weights[index : index + 1]
            except (ValueError, RuntimeError) as error:
                raise RuntimeError(f"layer {name!r}: {error}") from error
        return torch.nn.functional.dropout(inputs, p=self.dropout, training=self.training)


def load_0000(path: str, device: str = "cuda") -> "Layer_0000":
    with open(os.path.join(path, "weights_0000.bin"), "rb") as handle:
        state = torch.load(handle, map_location=device)
    layer = Layer_0000(width=state["width"], height=state["height"])
    layer.load_state_dict({key: value for key, value in state.items() if not key.startswith("_")})
    return layer.to(device)

"#;

const RUNNER: &str = r#"

class Runner(BaseRunner):
    def setup(self) -> None:
        self.layers = [load_0020("weights"), load_0021("weights")]

    def run(
        self,
        prompt: str = Input(description="What to draw", default=PROMPT_0020),
        image: Path | None = Input(default=None, description="Where to begin"),
        size: int = Input(choices=SIZES_0021, default=512),
        style: str = Input(choices=list(STYLES_0022.keys()), default="oil"),
        steps: int = Input(default=STYLES_0023["ink"]["steps"], ge=1, le=500),
        guidance: float = Input(default=7.5, ge=0, le=20),
        seed: int | None = None,
    ) -> Output:
        return Output(text=prompt, scores=[])
"#;
