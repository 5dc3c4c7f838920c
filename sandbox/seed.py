#!/usr/bin/python3
"""Fills the sandbox through its own APIs, one process a stage: the openstack command takes 2 s a call.

identity: regions, endpoints, projects and users (kept in the database's cache)
images:   those that have been built and are not there yet, or are older there
barbican: where it is asked for, its endpoints and role
octavia:  the same for Octavia, and what its load balancers are made of, as NAME=VALUE
cloud:    images, network, flavors, Designate's zone; waits for each API, and at the end for the compute node
"""
import concurrent.futures
import datetime
import os
import pathlib
import socket
import sys
import time
import urllib.parse

import openstack

ENV = os.environ
ADDRESS, AUTH_URL = ENV["ADDRESS"], ENV["AUTH_URL"]
REGIONS = ENV["REGION_ONE"], ENV["REGION_TWO"]
SERVICES = {
    "compute": ("nova", f"http://{ADDRESS}:8774/v2.1"),
    "network": ("neutron", f"http://{ADDRESS}:9696"),
    "image": ("glance", f"http://{ADDRESS}:9292"),
    "placement": ("placement", f"http://{ADDRESS}:8778"),
    "dns": ("designate", f"http://{ADDRESS}:9001"),
}
KERNEL_COMMAND_LINE = "root=/dev/vda rw console=ttyS0 net.ifnames=0 mitigations=off quiet systemd.show_status=0"
START = time.monotonic()


def done(what):
    print(f"{time.monotonic() - START:.1f} s {what}", flush=True)


def eventually(what, call, seconds=150):
    end = time.monotonic() + seconds
    while True:
        try:
            result = call()
            if result:
                return result
            problem = result
        except Exception as error:
            problem = error
        if time.monotonic() > end:
            raise SystemExit(f"{what}: not after {seconds} s: {problem}")
        time.sleep(0.2)


def add_endpoints(api, service, url, regions):
    for region in regions:
        for interface in "public", "internal", "admin":
            api.create_endpoint(service_id=service.id, interface=interface, url=url, region_id=region)


def grant(api, role):
    """A new role, which the users of both clouds have."""
    new = api.create_role(name=role)
    for name in "cloud-a", "cloud-b":
        api.assign_project_role_to_user(api.find_project(name), api.find_user(name), new)


def identity():
    api = openstack.connect(cloud="admin").identity
    eventually("keystone", lambda: list(api.roles()))
    api.create_region(id=REGIONS[1])
    roles = {role.name: role for role in api.roles()}
    roles["service"] = api.create_role(name="service")

    def user(name, password, *granted):
        project = api.create_project(name=name, domain_id="default")
        new = api.create_user(name=name, password=password, default_project_id=project.id, domain_id="default")
        for role in granted:
            api.assign_project_role_to_user(project, new, roles[role])

    user("service", ENV["SERVICE_PASSWORD"], "admin", "service")
    user("cloud-a", ENV["CLOUD_A_PASSWORD"], "member", "reader")
    user("cloud-b", ENV["CLOUD_B_PASSWORD"], "member", "reader")

    keystone = next(service for service in api.services() if service.type == "identity")
    add_endpoints(api, keystone, AUTH_URL, REGIONS[1:])
    for kind, (name, url) in SERVICES.items():
        add_endpoints(api, api.create_service(name=name, type=kind), url, REGIONS)


def connect(name, kind):
    """A connection once the API listens: retries through the SDK would take CPU from the starting services."""
    url = urllib.parse.urlsplit(SERVICES[kind][1])
    eventually(kind, lambda: socket.create_connection((url.hostname, url.port), 1).close() or True)
    return openstack.connect(cloud=name)


def image(api, folder):
    def upload(name, file, **properties):
        # Any value of md5 and sha256 keeps the SDK from reading the whole file once more.
        return api.create_image(name=name, filename=str(folder / file), visibility="public", wait=True, timeout=120, md5="-", sha256="-",
                                validate_checksum=False, allow_duplicates=True, **properties).id

    upload(folder.name, "disk.qcow2", disk_format="qcow2", container_format="bare", min_disk=2,
           kernel_id=upload(folder.name + "-kernel", "vmlinuz", disk_format="aki", container_format="aki"),
           ramdisk_id=upload(folder.name + "-ramdisk", "initrd.img", disk_format="ari", container_format="ari"),
           os_command_line=KERNEL_COMMAND_LINE, hw_rng_model="virtio")
    done(f"image {folder.name}")


def images():
    api = connect("admin", "image").image
    there = list(api.images())
    for inputs in sorted(pathlib.Path(ENV["UAP_SANDBOX_DIR"], "image").glob("*/inputs")):
        folder = inputs.parent
        built = datetime.datetime.fromtimestamp(inputs.stat().st_mtime, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        if folder.suffix == ".new" or any(other.name == folder.name and other.created_at >= built for other in there):
            continue
        image(api, folder)
        for other in there:
            if other.name in (folder.name, folder.name + "-kernel", folder.name + "-ramdisk"):
                api.delete_image(other)


def network():
    api = connect("admin", "network").network
    name = ENV["PUBLIC_NETWORK"]
    l3 = {"is_router_external": True} if ENV.get("UAP_SANDBOX_L3") else {}
    public = eventually("neutron", lambda: api.create_network(
        name=name, provider_network_type="flat", provider_physical_network="public", shared=True, mtu=1500, **l3))
    api.create_subnet(
        network_id=public.id, name=name, ip_version=4, cidr=ENV["PUBLIC_CIDR"], gateway_ip=ADDRESS, dns_nameservers=[ENV["DNS_SERVER"]],
        allocation_pools=[{"start": ENV["PUBLIC_POOL_START"], "end": ENV["PUBLIC_POOL_END"]}])
    done("network")
    eventually("network agents", lambda: len([agent for agent in api.agents() if agent.is_alive]) >= (4 if l3 else 3))
    done("network agents")
    if l3:
        tenant_network(public)


def tenant_network(public):
    """A network of cloud-a behind a router, for floating IPs."""
    api = openstack.connect(cloud="cloud-a").network
    name = ENV["TENANT_NETWORK"]
    own = api.create_network(name=name)
    subnet = api.create_subnet(
        network_id=own.id, name=name, ip_version=4, cidr=ENV["TENANT_CIDR"], dns_nameservers=[ENV["DNS_SERVER"]])
    router = api.create_router(name=name, external_gateway_info={"network_id": public.id})
    api.add_interface_to_router(router, subnet_id=subnet.id)
    done("router")


def compute():
    api = connect("admin", "compute").compute
    for name, ram, vcpus in ("m1.tiny", 512, 1), ("m1.small", 1024, 1), ("m1.medium", 1024, 2):
        eventually("nova", lambda: api.create_flavor(name=name, ram=ram, vcpus=vcpus, disk=2))
    done("flavors")
    # Without details: those call a node that may not listen yet, and wait a minute.
    eventually("compute node", lambda: [host for host in api.hypervisors(details=False) if host.state == "up"])
    done("compute node")


def zone():
    api = connect("cloud-b", "dns").dns
    new = eventually("designate", lambda: api.create_zone(name=ENV["ZONE_B"] + ".", email="root@sandbox.test", ttl=60))
    eventually("zone " + new.name, lambda: api.get_zone(new.id).status == "ACTIVE")
    done("zone")


def barbican():
    """Barbican's endpoints, and the role that its default policy requires to store a secret."""
    api = openstack.connect(cloud="admin").identity
    add_endpoints(api, api.create_service(name="barbican", type="key-manager"), f"http://{ADDRESS}:9311", REGIONS)
    grant(api, "creator")
    done("barbican")


def octavia():
    """Octavia's endpoints and role; flavor, image and security group of its amphorae, which are the service project's."""
    cloud = openstack.connect(
        auth_url=AUTH_URL, region_name=REGIONS[0], username="service", password=ENV["SERVICE_PASSWORD"],
        project_name="service", user_domain_id="default", project_domain_id="default")
    service = cloud.identity.create_service(name="octavia", type="load-balancer")
    add_endpoints(cloud.identity, service, f"http://{ADDRESS}:9876", REGIONS)
    grant(cloud.identity, "load-balancer_member")
    cloud.image.add_tag(cloud.image.find_image("amphora", ignore_missing=False), "amphora")
    flavor = cloud.compute.create_flavor(name="amphora", ram=1024, vcpus=2, disk=2, is_public=False)
    group = cloud.network.create_security_group(name="amphora")
    cloud.network.create_security_group_rule(
        security_group_id=group.id, direction="ingress", ether_type="IPv4", protocol="tcp",
        port_range_min=9443, port_range_max=9443, remote_ip_prefix=f"{ADDRESS}/32")
    network = cloud.network.find_network(ENV["PUBLIC_NETWORK"], ignore_missing=False)
    print(f"OCTAVIA_FLAVOR={flavor.id}\nOCTAVIA_NETWORK={network.id}\nOCTAVIA_GROUP={group.id}")


def cloud():
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for task in [pool.submit(part) for part in (images, network, compute, zone)]:
            task.result()


for stage in sys.argv[1:]:
    {"identity": identity, "cloud": cloud, "images": images, "barbican": barbican, "octavia": octavia}[stage]()
