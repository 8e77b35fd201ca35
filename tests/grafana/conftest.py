"""Import the boards once, without the advice of the SDK to prefer its newer model.

The advice is a DeprecationWarning at import; Grafana loads the newer model from no file.
"""

import importlib
import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    importlib.import_module("tests.grafana.noc_wall")
