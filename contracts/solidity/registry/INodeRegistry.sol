// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

/// @notice What a node does for the network. One address may hold several roles; they share one record.
enum Role {
    Provider,
    Indexer,
    Checker
}

struct Node {
    /// Where its earnings go; zero means to the node itself. Once set, only that address can change it.
    address payout;
    /// Bit (1 << role) for each role held.
    uint8 roles;
    /// Unix seconds until which the node is out of the market; 0 when it never was.
    uint40 jailedUntil;
    /// Devices that it offers; its smallest stake grows with them.
    uint32 capacity;
    /// Network token base units at stake.
    uint96 stake;
    /// Asked back and still liable to slashing.
    uint96 unbonding;
    /// Unix seconds from which `unbonding` may leave.
    uint40 unbondsAt;
    /// X25519, for sealed requests.
    bytes32 publicKey;
    bytes32 metadataHash;
    string endpoint;
}

/// @notice Pays nodes, and keeps the payout addresses that it pays to.
interface IPayoutKeeper {
    /// @notice Takes over an account's payout address as the registry has it now.
    function refreshPayout(address account) external;
}

/// @title Who takes part: roles, endpoint, keys, stake
interface INodeRegistry {
    event NodeRegistered(
        address indexed node,
        Role indexed role,
        string endpoint,
        bytes32 publicKey,
        address payout,
        bytes32 metadataHash
    );
    event NodeUpdated(
        address indexed node, string endpoint, bytes32 publicKey, bytes32 metadataHash, uint32 capacity
    );
    event RoleLeft(address indexed node, Role indexed role);
    event PayoutSet(address indexed node, address payout);
    event Staked(address indexed node, address indexed from, uint96 amount, uint96 stake);
    event UnstakeRequested(address indexed node, uint96 amount, uint40 unbondsAt);
    event Unstaked(address indexed node, address indexed to, uint96 amount);
    event Slashed(address indexed node, uint96 amount, bytes32 indexed reason);
    event Jailed(address indexed node, uint40 until, bytes32 indexed reason);
    event MinimumStakeSet(Role indexed role, uint96 base, uint96 perCapacity);
    event VerdictsSet(address verdicts);
    event RewardsSet(IPayoutKeeper rewards);
    event SlashedStakeTakerSet(address taker);

    error NotRegistered(address node);
    error RoleAlreadyHeld(address node, Role role);
    error RoleNotHeld(address node, Role role);
    error EndpointInvalid(uint256 length);
    error PublicKeyMissing();
    error StakeTooLow(address node, uint256 stake, uint256 needed);
    error StakeExceeded(address node, uint256 asked, uint256 stake);
    error NothingUnbonding(address node);
    error StillUnbonding(uint40 unbondsAt, uint256 nowSeconds);
    error NotPayoutOwner(address caller, address owner);
    error NotSlasher(address caller);
    error CheckerSetFull(address lowest, uint256 lowestStake, uint256 offered);
    error ZeroAmount();
    error ZeroAddress();

    function register(
        Role role,
        string calldata endpoint,
        bytes32 publicKey,
        address payout,
        bytes32 metadataHash
    ) external;
    function update(string calldata endpoint, bytes32 publicKey, bytes32 metadataHash, uint32 capacity)
        external;
    function setPayout(address node_, address payout) external;
    function leaveRole(Role role) external;
    function leaveRoleFor(address node_, Role role) external;
    function stake(uint96 amount) external;
    function stakeFor(address node_, uint96 amount) external;
    function requestUnstake(uint96 amount) external;
    function requestUnstakeFor(address node_, uint96 amount) external;
    function unstake() external;
    function unstakeFor(address node_) external;
    function slash(address node_, uint96 amount, bytes32 reason) external returns (uint96 slashed);
    function jail(address node_, uint40 until, bytes32 reason) external;

    function unbondingPeriod() external view returns (uint40);
    function node(address node_) external view returns (Node memory);
    function hasRole(address node_, Role role) external view returns (bool);
    function isActive(address node_, Role role) external view returns (bool);
    function payoutOf(address node_) external view returns (address);
    function minimumStake(Role role, uint32 capacity) external view returns (uint256);
    function nodeCount() external view returns (uint256);
    function nodesPage(uint256 offset, uint256 limit)
        external
        view
        returns (address[] memory addresses, Node[] memory page);
    function checkers() external view returns (address[] memory addresses, uint96[] memory stakes);
}
