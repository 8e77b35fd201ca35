"""The verb `topo`: the planners' questions on the command line; answers come from `planning`."""
