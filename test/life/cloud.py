#!/usr/bin/env python3
"""What an operator or an administrator does in the cloud besides a deployment; one process each, as it costs seconds.

keypair FILE | console STACK | server STACK | fault STACK | metadata STACK KEY VALUE | delete-server STACK | domain STACK | quota NAME VALUE | flavor NAME DISK | delete-flavor NAME | image NAME | orphan
"""
import base64
import subprocess
import sys

import openstack

clouds = {'life-a': 'cloud-a', 'life-b': 'cloud-b'}


def server(stack):
    found = [s for s in openstack.connect(cloud=clouds[stack]).compute.servers() if s.name.startswith('life-')]
    return found[0]


def keypair(file):
    for cloud in clouds.values():
        compute = openstack.connect(cloud=cloud).compute
        wanted = open(file).read().strip()
        there = compute.find_keypair('life')
        if there and there.public_key.strip() != wanted:
            compute.delete_keypair(there)
            there = None
        if not there:
            compute.create_keypair(name='life', public_key=wanted)


def console(stack):
    print(openstack.connect(cloud=clouds[stack]).compute.get_server_console_output(server(stack).id)['output'])


def fault(stack):
    # As the API answers it: the SDK of Debian 12 knows no such attribute.
    compute = openstack.connect(cloud=clouds[stack]).compute
    print(compute.get('/servers/' + server(stack).id).json()['server']['fault'])


def metadata(stack, key, value):
    """Another value for an item; prints the old one."""
    compute = openstack.connect(cloud=clouds[stack]).compute
    path = '/servers/' + server(stack).id + '/metadata/' + key
    print(compute.get(path).json()['meta'][key])
    compute.put(path, json={'meta': {key: value}}).raise_for_status()


def delete_server(stack):
    compute = openstack.connect(cloud=clouds[stack]).compute
    found = server(stack)
    compute.delete_server(found)
    compute.wait_for_delete(found)


def domain(stack):
    """The process id of the instance's QEMU, inside the sandbox."""
    uuid = server(stack).id
    print(subprocess.run(['pgrep', '-f', 'uuid ' + uuid], stdout=subprocess.PIPE, text=True).stdout.split()[0])


def quota(name, value):
    admin = openstack.connect(cloud='admin')
    getattr(admin, 'set_compute_quotas')('cloud-a', **{name: int(value)})


def flavor(name, disk):
    compute = openstack.connect(cloud='admin').compute
    if not compute.find_flavor(name):
        compute.create_flavor(name=name, ram=1024, vcpus=1, disk=int(disk))


def delete_flavor(name):
    compute = openstack.connect(cloud='admin').compute
    compute.delete_flavor(compute.find_flavor(name))


def image(name):
    """Another image of the same name, newer, with the same content."""
    api = openstack.connect(cloud='admin').image
    old = max((i for i in api.images() if i.name == name), key=lambda i: i.created_at)
    of_glance = {'id', 'status', 'checksum', 'owner', 'size', 'virtual_size', 'created_at', 'updated_at', 'file', 'self', 'schema',
                 'locations', 'stores', 'direct_url'}
    properties = {
        key: value for key, value in api.get('/images/' + old.id).json().items()
        if key not in of_glance and not key.startswith(('os_hash_', 'owner_specified')) and value is not None
    }
    new = api.post('/images', json=properties)
    new.raise_for_status()
    created = new.json()['id']
    content = api.get('/images/' + old.id + '/file', stream=True)
    api.put('/images/' + created + '/file', data=content.iter_content(1 << 20), headers={'Content-Type': 'application/octet-stream'}).raise_for_status()
    print(old.id, created)


def delete_image(image_id):
    openstack.connect(cloud='admin').image.delete_image(image_id)


def orphan():
    """Names of servers and ports of cloud-a with their ids."""
    connection = openstack.connect(cloud='cloud-a')
    for found in connection.compute.servers():
        print('server', found.name, found.id, found.status)
    for found in connection.network.ports(project_id=connection.current_project_id):
        print('port', found.name, found.id)


def main(verb, *arguments):
    if verb == 'server':
        found = server(*arguments)
        print(found.id, found.status, (found.image or {}).get('id'))
    else:
        globals()[verb.replace('-', '_')](*arguments)


main(*sys.argv[1:])
