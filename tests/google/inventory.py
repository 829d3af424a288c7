"""What Google's own clients find in the project of the fake, as one JSON document.

    python inventory.py URL
"""

import json
import sys

from clients import PARENT, transport
from google.cloud import functions_v2, run_v2
from google.cloud.functions_v2.services.function_service.transports.rest import FunctionServiceRestTransport
from google.cloud.run_v2.services.services.transports.rest import ServicesRestTransport

host = sys.argv[1].removeprefix("http://")
functions = functions_v2.FunctionServiceClient(transport=transport(FunctionServiceRestTransport, host))
services = run_v2.ServicesClient(transport=transport(ServicesRestTransport, host))
found = {
    "functions": [one.name.split("/")[-1] for one in functions.list_functions(parent=PARENT)],
    "services": [one.name.split("/")[-1] for one in services.list_services(parent=PARENT)],
}
print(json.dumps(found))
