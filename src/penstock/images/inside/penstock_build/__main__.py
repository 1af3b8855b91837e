"""python3 FOLDER ORDER: carry out the order in a file. python3 FOLDER codebuild-…: one of the tools."""

import sys

from penstock_build.program import main
from penstock_build.tools import TOOLS

if __name__ == "__main__":
    tool = TOOLS.get(sys.argv[1])
    sys.exit(main(sys.argv[1]) if tool is None else tool(sys.argv[2:]))
