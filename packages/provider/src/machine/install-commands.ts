/** How programs are installed on a machine. */
export type PackageManager = 'apt' | 'dnf' | 'pacman' | 'zypper' | 'apk' | 'brew' | 'winget'

/** What a machine may lack to be a good host. */
export type Need =
  | 'docker'
  | 'nvidia-driver'
  | 'nvidia-container-toolkit'
  | 'amd-tool'
  | 'intel-tool'
  | 'iptables'

export interface System {
  manager: PackageManager | undefined
  /** `ID` of os-release, such as `ubuntu`; empty elsewhere. */
  distribution: string
}

const managerOf: Record<string, PackageManager> = {
  debian: 'apt',
  ubuntu: 'apt',
  fedora: 'dnf',
  rhel: 'dnf',
  centos: 'dnf',
  arch: 'pacman',
  suse: 'zypper',
  opensuse: 'zypper',
  alpine: 'apk',
}

/** What kind of system it is, from the platform and, on Linux, `/etc/os-release` (os-release(5)). */
export function systemOf(platform: NodeJS.Platform, osRelease: string): System {
  if (platform === 'darwin') return { manager: 'brew', distribution: '' }
  if (platform === 'win32') return { manager: 'winget', distribution: '' }
  const field = (name: string) =>
    new RegExp(`^${name}=["']?([^"'\\n]*)["']?$`, 'm').exec(osRelease)?.[1]?.toLowerCase() ?? ''
  const distribution = field('ID')
  const kin = [distribution, ...field('ID_LIKE').split(' ')].map((id) => managerOf[id.split('-')[0] ?? ''])
  return { manager: kin.find((manager) => manager !== undefined), distribution }
}

const enableDocker = 'sudo systemctl enable --now docker'
const useToolkit = 'sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker'
const toolkitHost = 'https://nvidia.github.io/libnvidia-container'
const toolkitKey = '/usr/share/keyrings/nvidia-container-toolkit-keyring.gpg'

const commands: Record<Need, Partial<Record<PackageManager, string>>> = {
  docker: {
    apt: 'sudo apt-get update && sudo apt-get install -y docker.io',
    dnf: `curl -fsSL https://get.docker.com | sudo sh && ${enableDocker}`,
    pacman: `sudo pacman -S --needed docker && ${enableDocker}`,
    zypper: `sudo zypper install -y docker && ${enableDocker}`,
    apk: 'sudo apk add docker && sudo rc-update add docker && sudo service docker start',
    brew: 'brew install --cask docker-desktop',
    winget: 'winget install -e --id Docker.DockerDesktop',
  },
  'nvidia-driver': {
    apt: 'sudo apt-get update && sudo apt-get install -y nvidia-driver && sudo reboot',
    dnf: 'sudo dnf install -y akmod-nvidia xorg-x11-drv-nvidia-cuda && sudo reboot',
    pacman: 'sudo pacman -S --needed nvidia-open nvidia-utils && sudo reboot',
    zypper:
      'sudo zypper install -y nvidia-open-driver-G06-signed-kmp-default nvidia-compute-utils-G06 && sudo reboot',
  },
  'nvidia-container-toolkit': {
    apt: [
      `curl -fsSL ${toolkitHost}/gpgkey | sudo gpg --dearmor -o ${toolkitKey}`,
      `curl -fsSL ${toolkitHost}/stable/deb/nvidia-container-toolkit.list | sed 's#deb https://#deb [signed-by=${toolkitKey}] https://#' | sudo tee /etc/apt/sources.list.d/nvidia-container-toolkit.list`,
      `sudo apt-get update && sudo apt-get install -y nvidia-container-toolkit && ${useToolkit}`,
    ].join(' && '),
    dnf: `curl -fsSL ${toolkitHost}/stable/rpm/nvidia-container-toolkit.repo | sudo tee /etc/yum.repos.d/nvidia-container-toolkit.repo && sudo dnf install -y nvidia-container-toolkit && ${useToolkit}`,
    pacman: `sudo pacman -S --needed nvidia-container-toolkit && ${useToolkit}`,
    zypper: `sudo zypper addrepo ${toolkitHost}/stable/rpm/nvidia-container-toolkit.repo && sudo zypper --gpg-auto-import-keys install -y nvidia-container-toolkit && ${useToolkit}`,
  },
  'amd-tool': {
    apt: 'sudo apt-get update && sudo apt-get install -y rocm-smi',
    dnf: 'sudo dnf install -y rocm-smi',
    pacman: 'sudo pacman -S --needed rocm-smi-lib',
  },
  'intel-tool': { apt: 'sudo apt-get update && sudo apt-get install -y xpu-smi' },
  iptables: {
    apt: 'sudo apt-get install -y iptables',
    dnf: 'sudo dnf install -y iptables',
    pacman: 'sudo pacman -S --needed iptables',
    zypper: 'sudo zypper install -y iptables',
    apk: 'sudo apk add iptables',
  },
}

/** Where a system has no command for it, the place that tells how. */
const elsewhere: Record<Need, string> = {
  docker: 'Install Docker: https://docs.docker.com/engine/install',
  'nvidia-driver': 'Install the driver: https://www.nvidia.com/drivers',
  'nvidia-container-toolkit':
    'Install the NVIDIA container toolkit: https://docs.nvidia.com/datacenter/cloud-native/container-toolkit',
  'amd-tool': 'Install ROCm’s tools: https://rocm.docs.amd.com',
  'intel-tool': 'Install xpu-smi: https://github.com/intel/xpumanager/releases',
  iptables: 'Install iptables.',
}

/** The command that mends a lack on this system, or the page that tells how. */
export function cureFor(need: Need, { manager, distribution }: System): string {
  if (need === 'nvidia-driver' && distribution === 'ubuntu') {
    return 'sudo ubuntu-drivers install && sudo reboot'
  }
  return (manager === undefined ? undefined : commands[need][manager]) ?? elsewhere[need]
}
