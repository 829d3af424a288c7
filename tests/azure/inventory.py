"""What Microsoft's own clients find in the subscription of the fake, as one JSON document.

    python inventory.py URL
"""

import json
import sys

from azure.core.credentials import AccessToken
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.web import WebSiteManagementClient

URL, SUBSCRIPTION = sys.argv[1], "11111111-2222-3333-4444-555555555555"


class Known:
    def get_token(self, *_, **__):
        return AccessToken("hearth", 9999999999)


class Bearer(SansIOHTTPPolicy):
    """Microsoft's own policy refuses to send a token without TLS, which a fake does not have."""

    def on_request(self, request):
        request.http_request.headers["Authorization"] = "Bearer hearth"


def client(kind):
    return kind(Known(), SUBSCRIPTION, base_url=URL, authentication_policy=Bearer())


found = {
    "groups": [one.name for one in client(ResourceManagementClient).resource_groups.list()],
    "sites": [one.name for one in client(WebSiteManagementClient).web_apps.list()],
}
print(json.dumps(found))
