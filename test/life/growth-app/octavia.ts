import { App, Fn, TerraformStack } from 'cdktf';
import { LoadBalancer } from '../../../lib';
import {
  DataOpenstackNetworkingNetworkV2,
  type LbLoadbalancerV2,
  NetworkingPortV2,
  OpenstackProvider,
} from '../../../lib/providers/openstack';

// The load balancer alone, so that it can be tried against Octavia's API without instances: UAP_LIFE_MEMBERS are their
// addresses.
const app = new App({ stackTraces: false });
const stack = new TerraformStack(app, 'octavia');
new OpenstackProvider(stack, 'openstack', { cloud: 'cloud-a' });
const region = 'RegionOne';
const balancer = LoadBalancer.octavia({ sourceRanges: ['198.51.100.0/24'], provider: 'amphora' }).bind(
  stack,
  'balancer',
  {
    name: 'uap-octavia',
    region,
    tags: ['service:uap'],
    hostname: 'octavia.cloud-a.example.test',
    networkId: new DataOpenstackNetworkingNetworkV2(stack, 'network', { region, name: 'public' }).id,
  },
);
// The sandbox's Octavia makes no port for its address, which the provider looks at.
const resource = stack.node.findChild('balancer').node.defaultChild as LbLoadbalancerV2;
const port = new NetworkingPortV2(stack, 'port', { region, networkId: resource.vipNetworkIdInput as string });
resource.resetVipNetworkId();
resource.vipPortId = port.id;
resource.vipSubnetId = process.env.UAP_LIFE_SUBNET ?? '';
resource.vipAddress = Fn.element(port.allFixedIps, 0);
balancer.serve((process.env.UAP_LIFE_MEMBERS ?? '198.51.100.101 198.51.100.102').split(' '), []);
app.synth();
