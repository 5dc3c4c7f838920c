#!/usr/bin/env python3
"""The yardstick for a deployment: a bare server of the same image, and the seconds to its first HTTP answer."""
import base64
import sys
import time
import urllib.request

import openstack

cloud, region, image, flavor = sys.argv[1:5]
user_data = """#cloud-config
runcmd:
  - [systemctl, start, nginx]
"""
connection = openstack.connect(cloud=cloud, region_name=region)
name = 'bare-server'
group = connection.network.create_security_group(name=name)
server = None
try:
    connection.network.create_security_group_rule(
        security_group_id=group.id, direction='ingress', ethertype='IPv4', protocol='tcp', port_range_min=80, port_range_max=80
    )
    ids = {
        'image_id': connection.image.find_image(image).id,
        'flavor_id': connection.compute.find_flavor(flavor).id,
        'networks': [{'uuid': connection.network.find_network('public').id}],
    }
    start = time.monotonic()
    server = connection.compute.create_server(
        name=name, security_groups=[{'name': name}], user_data=base64.b64encode(user_data.encode()).decode(), **ids
    )
    server = connection.compute.wait_for_server(server, wait=300)
    address = next(a['addr'] for addresses in server.addresses.values() for a in addresses)
    print(f'active after {time.monotonic() - start:.0f} s at {address}', flush=True)
    while time.monotonic() - start < 900:
        try:
            urllib.request.urlopen(f'http://{address}/', timeout=2)
            print(f'first HTTP answer after {time.monotonic() - start:.0f} s')
            break
        except OSError:
            time.sleep(0.5)
finally:
    if server:
        connection.compute.delete_server(server)
        connection.compute.wait_for_delete(server)
    connection.network.delete_security_group(group)
