"""Configuration: YAML files in, one frozen Configuration out, or every mistake at once."""
