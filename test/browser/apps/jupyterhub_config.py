import os

# All on the instance's address, so that tests side by side don't meet.
address = os.environ["HUB_ADDRESS"]
c.JupyterHub.bind_url = f"http://{address}:8000"
c.JupyterHub.hub_bind_url = f"http://{address}:8081"
c.ConfigurableHTTPProxy.api_url = f"http://{address}:8001"
c.ConfigurableHTTPProxy.command = [os.environ["HUB_NODE"], os.environ["HUB_PROXY"]]

# Users without accounts on this machine, with folders in the test's.
c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = os.environ["HUB_PASSWORD"]
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = os.path.join(os.getcwd(), "{username}")
c.Spawner.args = ["--allow-root", "--ServerApp.terminals_enabled=False"]
