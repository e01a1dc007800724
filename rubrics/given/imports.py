import functools
import math

import numpy as np
