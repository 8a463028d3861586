"""Let this Python know the emulated clouds' authorities, as every machine knows those that sign for the real ones.

Python imports it by itself, from PYTHONPATH. It stands in for the machine's own store, which tests must not write to; the
programs under test look there and nowhere else.
"""

import os
import ssl

_paths = ssl.get_default_verify_paths()
setattr(ssl, "get_default_verify_paths", lambda: _paths._replace(openssl_cafile=os.environ["SSL_CERT_FILE"]))  # noqa: B010
