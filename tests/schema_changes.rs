//! Values that are changed after they were bound: refused, as they are another when the model runs.

use cogpack::diagnostic::Sink;
use cogpack::project::Project;
use cogpack::project::memory::MemoryTree;
use cogpack::schema::{self, Schema};
use cogpack::source::SourceMap;

/// A predictor whose input is `LIMIT`, or chooses from `NAMES`.
const PREDICTOR: &str =
    "\nclass Predictor:\n    def predict(self, n: str = Input(choices=NAMES), m: int = LIMIT) -> str: ...\n";

const BOUND: &str = "NAMES = ['a', 'b']\nLIMIT = 5\n";

fn read(files: &[(&str, &str)]) -> (Option<Schema>, String) {
    let config = ("cog.yaml", "predict: predict.py:Predictor\n");
    let tree: MemoryTree = files.iter().copied().chain([config]).collect();
    let project = Project::read(Box::new(tree), &SourceMap::new(), &mut Sink::new());
    let mut sink = Sink::new();
    let schema = schema::read(&project, &SourceMap::new(), &mut sink);
    (schema, sink.diagnostics().iter().map(|found| format!("{:?} {}\n", found.code, found.message)).collect())
}

fn predictor(statements: &str) -> String {
    format!("from cog import Input\n{BOUND}{statements}{PREDICTOR}")
}

#[test]
fn what_changes_a_value_makes_it_unknown() {
    for statements in [
        "NAMES.append('c')",
        "NAMES[0] = 'c'",
        "NAMES += ['c']",
        "del NAMES[0]",
        "add = NAMES.append\nadd('c')",
        "other = NAMES\nother.append('c')",
        "table = {'names': NAMES}\ntable['names'].append('c')",
        "for names in [NAMES]:\n    names.append('c')",
        "[names.append('c') for names in [NAMES]]",
        "def fill():\n    NAMES.append('c')\nfill()",
        "def fill(names):\n    names.append('c')\nfill(NAMES)",
        "def fill(names):\n    names.append('c')\nother = NAMES\nfill(other)",
        "def fill(names=NAMES):\n    names.append('c')\nfill()",
        "def get():\n    return NAMES\nget().append('c')",
        "def get():\n    return NAMES\nmine = get()\nmine.append('c')",
        "def outer():\n    mine = NAMES\n    def inner():\n        mine.append('c')\n    inner()\nouter()",
        "def add(name):\n    NAMES.append(name)\ndef main():\n    add('c')\nmain()",
        "def register(name):\n    def inner(cls):\n        NAMES.append(name)\n    return inner\n@register('c')\nclass X: ...",
        "class Base:\n    def __init_subclass__(cls):\n        NAMES.append('c')\nclass X(Base): ...",
        "import library\nlibrary.change(NAMES)",
        "print(LIMIT := 6)",
        "globals()['LIMIT'] = 6",
        "globals().update(LIMIT=6)",
        "exec('LIMIT = 6')",
        "def change():\n    global LIMIT\n    LIMIT = 6\nchange()",
    ] {
        let (schema, findings) = read(&[("predict.py", &predictor(statements))]);
        let is_refused = findings.lines().all(|found| found.starts_with("E1110")) && !findings.is_empty();
        assert!(schema.is_none() && is_refused, "{statements}\n{findings}");
    }
}

#[test]
fn what_changes_nothing_leaves_a_value_known() {
    for statements in [
        "",
        "print(NAMES)\nother = list(NAMES)\nother.append('c')",
        "def fill(NAMES):\n    NAMES.append('c')\nfill([])",
        "def fill():\n    NAMES = []\n    NAMES.append('c')\nfill()",
        "def never():\n    NAMES.append('c')",
        "def text(names):\n    return ', '.join(names)\nTEXT = text(NAMES)",
        "if __name__ == '__main__':\n    NAMES.append('c')",
        "import numpy as np\nfrom copy import deepcopy\nARRAY = np.array(NAMES)\nOTHER = deepcopy(NAMES)",
        "with ThreadPoolExecutor() as pool:\n    pool.map(fetch, NAMES)\nLOG.info('%s', NAMES)",
        "class Other:\n    def __init__(self):\n        self.NAMES = []\n        self.NAMES.append(NAMES[0])\n    def setup(self):\n        NAMES.sort()",
        "A = [{'n': 1}]\nB = [{'n': NAMES}]\n[k['n'] for k in B]\n[k.pop('n') for k in A]",
    ] {
        let (schema, findings) = read(&[("predict.py", &predictor(statements))]);
        assert!(schema.is_some(), "{statements}\n{findings}");
    }
}

#[test]
fn another_file_may_change_a_value() {
    for (statements, library) in [
        ("import library\nfrom library import NAMES, LIMIT\nNAMES.append('c')", BOUND),
        ("import library\nfrom library import NAMES as N\nfrom library import NAMES, LIMIT\nN.append('c')", BOUND),
        ("import library\nlibrary.NAMES.append('c')\nfrom library import NAMES, LIMIT", BOUND),
        ("import library\nlibrary.LIMIT = 6\nfrom library import NAMES, LIMIT", BOUND),
        (
            "from library import *\n@register\nclass X: ...",
            "NAMES = ['a', 'b']\nLIMIT = 5\ndef register(cls):\n    NAMES.append(cls.__name__)\n    return cls\n",
        ),
    ] {
        let predict = format!("from cog import Input\n{statements}{PREDICTOR}");
        let (schema, findings) = read(&[("predict.py", &predict), ("library.py", library)]);
        assert!(schema.is_none() && findings.starts_with("E1110"), "{statements}\n{findings}");
    }
}

#[test]
fn members_of_classes_and_objects_may_be_changed() {
    for statements in [
        "class C:\n    NAMES = ['a', 'b']\n    def add(self):\n        self.NAMES.append('c')\nC().add()\nNAMES = C.NAMES",
        "class C:\n    NAMES = ['a', 'b']\nC.NAMES.append('c')\nNAMES = C.NAMES",
        "class C:\n    LIMIT = 5\nC.LIMIT = 6\nLIMIT = C.LIMIT",
        "class C:\n    LIMIT = 5\nsetattr(C, 'LIMIT', 6)\nLIMIT = C.LIMIT",
        "class C:\n    LIMIT = 5\nfor name in ('LIMIT',):\n    setattr(C, name, 6)\nLIMIT = C.LIMIT",
        "from dataclasses import dataclass\n@dataclass\nclass C:\n    limit: int\nc = C(5)\nc.limit = 6\nLIMIT = c.limit",
        "from dataclasses import dataclass\n@dataclass\nclass C:\n    limit: int\n    def more(self):\n        self.limit = 6\nc = C(5)\nc.more()\nLIMIT = c.limit",
        "def other(self, b: str) -> str: ...\nPREDICT = 'predict'\nimport predict\npredict.Predictor.predict = other",
    ] {
        let (schema, findings) = read(&[("predict.py", &predictor(statements))]);
        assert!(schema.is_none() && findings.starts_with("E1110"), "{statements}\n{findings}");
    }
}

#[test]
fn members_of_enumerations_that_work_out_their_values_are_unknown() {
    for body in [
        "def __new__(cls, value):\n        made = object.__new__(cls)\n        made._value_ = 9\n        return made",
        "def __init__(self, value):\n        self._value_ = 9",
        "@property\n    def value(self):\n        return 9",
        "A, B = 1, 2",
        "_ignore_ = ['X']",
        "B = 'b'\n    C = auto()",
    ] {
        let statements =
            format!("from enum import Enum, auto\nclass E(Enum):\n    X = 1\n    {body}\nLIMIT = E.X.value");
        let (schema, findings) = read(&[("predict.py", &predictor(&statements))]);
        assert!(schema.is_none() && findings.starts_with("E1113"), "{statements}\n{findings}");
    }
}

#[test]
fn line_ends_of_windows_mean_the_same() {
    let text = predictor("LIMIT = len('''a\nb\n''')");
    let other = text.replace('\n', "\r\n");
    let (one, two) = (read(&[("predict.py", &text)]), read(&[("predict.py", &other)]));
    assert_eq!(one, two);
    assert_eq!(one.0.unwrap().inputs.unwrap()[1].default, Some(4.into()));
}

#[test]
fn half_of_a_character_and_a_name_that_python_changes_are_refused() {
    for (parameter, code) in
        [(r"a: str = '\ud83d'", "E1113"), (r"a: str = 'x' '\uDEAD y'", "E1113"), ("__a: int", "E1107")]
    {
        let predict = format!("class Predictor:\n    def predict(self, {parameter}) -> str: ...\n");
        let (schema, findings) = read(&[("predict.py", &predict)]);
        assert!(schema.is_none() && findings.starts_with(code), "{parameter}\n{findings}");
    }
    let (schema, findings) =
        read(&[("predict.py", "class Predictor:\n    def predict(self, a: str = '\u{fffd}') -> str: ...\n")]);
    assert!(schema.is_some(), "{findings}");
}

#[test]
fn a_method_may_come_from_a_base_that_is_not_in_the_project() {
    let predict =
        "import torch\nclass Own:\n    def predict(self) -> str: ...\nclass Predictor(torch.nn.Module, Own): ...\n";
    let (schema, findings) = read(&[("predict.py", predict)]);
    assert!(schema.is_none() && findings.starts_with("E1105"), "{findings}");
}

#[test]
fn names_and_functions_without_number_take_no_time_without_end() {
    let aliases: String = (0..20_000)
        .map(|at| format!("n{} = {}\n", at + 1, if at == 0 { "NAMES".into() } else { format!("n{at}") }))
        .collect();
    let functions: String = (0..10_000).map(|at| format!("def f{at}(x): ...\nf{at}(NAMES)\n")).collect();
    let inputs: String = (0..200).map(|at| format!(", i{at}: str = Input(choices=NAMES)")).collect();
    for statements in [aliases, functions] {
        let predict = format!(
            "from cog import Input\n{BOUND}{statements}class Predictor:\n    def predict(self{inputs}) -> str: ...\n"
        );
        let start = std::time::Instant::now();
        let (schema, findings) = read(&[("predict.py", &predict)]);
        assert!(schema.is_none() && findings.starts_with("E1110"), "{findings}");
        assert!(start.elapsed() < std::time::Duration::from_secs(10), "{:?}", start.elapsed());
    }
}
