from some_package import Runner
