from textwrap import dedent
import textwrap
from cog import BasePredictor, Input
class Predictor(BasePredictor):
    def predict(self,
        a: str = Input(description=dedent("""
            One
              two

            three\tx
            """).strip()),
        b: str = Input(description=textwrap.dedent("""\
        	tab
        	  more
        """)),
        c: str = Input(description=dedent("  a\n\tb\n")),
        d: str = Input(description=dedent("  a\n   \n    b")),
    ) -> str: ...
