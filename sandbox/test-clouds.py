"""Part of `test`: checks the rights of a project in each cloud, and the limits of an application credential with access rules."""
import os
import uuid

import openstack
from keystoneauth1.exceptions import Unauthorized
from openstack.exceptions import HttpException

ENV = os.environ


def check(what, test):
    try:
        problem = None if test() else "not so"
    except Exception as error:
        problem = f"{type(error).__name__}: {error}"
    print(f"not ok  {what}\n        {problem}" if problem else f"ok      {what}", flush=True)


def names(things):
    return {thing.name for thing in things}


def denied(call):
    try:
        list(call())
    except (Unauthorized, HttpException) as error:
        if isinstance(error, Unauthorized) or error.status_code == 401:
            return True
        raise


def rule(method, path):
    return {"service": "dns", "method": method, "path": path}


for cloud in "cloud-a", "cloud-b":
    for region in ENV["REGION_ONE"], ENV["REGION_TWO"]:
        connection = openstack.connect(cloud=cloud, region_name=region)
        check(f"{cloud} sees the network, flavors and image in {region}", lambda: (
            connection.network.find_network(ENV["PUBLIC_NETWORK"])
            and names(connection.compute.flavors()) >= {"m1.tiny", "m1.small", "m1.medium"}
            and "debian-12" in names(connection.image.images())
            and list(connection.compute.servers()) is not None))

owner = openstack.connect(cloud="cloud-b")
zones = {zone.name: zone for zone in owner.dns.zones()}
check("cloud-b owns its zone", lambda: zones[ENV["ZONE_B"] + "."].status == "ACTIVE")
check("cloud-a does not see it", lambda: not list(openstack.connect(cloud="cloud-a").dns.zones()))

# Without the SDK, which silently drops the access rules.
credential = owner.identity.post(f"/users/{owner.current_user_id}/application_credentials", json={"application_credential": {
    "name": "test-" + uuid.uuid4().hex[:8], "roles": [{"name": "member"}],
    "access_rules": [rule("GET", "/v2/zones"), rule("GET", "/v2/zones/*/recordsets"), rule("POST", "/v2/zones/*/recordsets"),
                     rule("GET", "/v2/zones/*/recordsets/*"), rule("DELETE", "/v2/zones/*/recordsets/*")]}}).json()["application_credential"]
limited = openstack.connect(
    auth_type="v3applicationcredential", region_name=ENV["REGION_ONE"],
    auth=dict(auth_url=ENV["AUTH_URL"], application_credential_id=credential["id"], application_credential_secret=credential["secret"]))


def write_and_delete():
    zone = next(zone for zone in limited.dns.zones() if zone.name == ENV["ZONE_B"] + ".")
    name = f"_acme-challenge.test.{zone.name}"
    record = limited.dns.create_recordset(zone, name=name, type="TXT", ttl=30, records=['"x"'])
    return limited.dns.delete_recordset(record, zone) or True


check("an application credential for DNS writes a record", write_and_delete)
check("it gets nothing from Nova", lambda: denied(limited.compute.servers))
check("it gets nothing from Neutron", lambda: denied(limited.network.networks))
check("it gets nothing from Glance", lambda: denied(limited.image.images))
owner.identity.delete_application_credential(owner.current_user_id, credential["id"])
