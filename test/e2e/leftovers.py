#!/usr/bin/env python3
"""Lists what is left in a cloud after `cdktf destroy`; exits with 1 if there is anything."""
import sys

import openstack

cloud = sys.argv[1]
connection = openstack.connect(cloud=cloud)
project = connection.current_project_id
left = [f'server {s.name}' for s in connection.compute.servers()]
# A router of the sandbox's own has ports, too.
left += [
    f'port {p.name} {p.id}' for p in connection.network.ports(project_id=project) if not p.device_owner.startswith('network:')
]
left += [f'floating IP {i.floating_ip_address}' for i in connection.network.ips(project_id=project)] if connection.network.find_extension('router') else []
left += [f'server group {g.name}' for g in connection.compute.server_groups()]
left += [f'security group {g.name}' for g in connection.network.security_groups(project_id=project) if g.name != 'default']
user = connection.current_user_id
left += [f'application credential {c.name}' for c in connection.identity.application_credentials(user=user)]
for zone in connection.dns.zones():
    left += [f'record set {r.name} {r.type}' for r in connection.dns.recordsets(zone) if r.type not in ('NS', 'SOA')]
for thing in left:
    print(f'left in {cloud}: {thing}')
sys.exit(1 if left else 0)
