"""Comments and string literals in text that need not be Python: what looks like code in them is not.

The pattern needs re.DOTALL.
"""

from __future__ import annotations

COMMENT_OR_TEXT = r"#[^\n]*|'''.*?(?:'''|\Z)|\"\"\".*?(?:\"\"\"|\Z)|'(?:\\.|[^'\\\n])*'?|\"(?:\\.|[^\"\\\n])*\"?"
