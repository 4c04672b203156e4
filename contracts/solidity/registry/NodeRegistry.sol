// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {INodeRegistry, IPayoutKeeper, Node, Role} from "./INodeRegistry.sol";

/// @title Who takes part: roles, endpoint, keys, stake
/// @notice Stake leaves only by unbonding or by a slash, and a slash never exceeds it: for every node,
/// staked = stake + unbonding + unstaked + slashed. Only the verdicts contract and the timelock slash or jail.
contract NodeRegistry is INodeRegistry, Ownable2Step {
    using SafeERC20 for IERC20;

    uint256 public constant MAX_ENDPOINT_BYTES = 256;
    /// Committees are drawn from all checkers at once, so their number is bounded; more stake takes the lowest place.
    uint256 public constant MAX_CHECKERS = 128;

    /// Set beside the roles of every node in `_all`, so that one which left all of them is not listed again; readers never see it.
    uint8 private constant LISTED = 0x80;

    IERC20 public immutable token;
    /// @notice How long stake stays liable after it is asked back, seconds.
    uint40 public immutable override unbondingPeriod;

    /// @notice Slashes and jails beside the owner.
    address public verdicts;
    /// @notice Told where a node's earnings go as soon as that is known or changes, so that no claim has to ask; zero tells nobody.
    IPayoutKeeper public rewards;
    /// @notice Where slashed stake goes.
    address public slashedStakeTaker;

    struct Minimum {
        uint96 base;
        uint96 perCapacity;
    }

    mapping(Role role => Minimum) private _minimums;
    mapping(address node => Node) private _nodes;
    address[] private _all;
    address[] private _checkers;
    /// One more than the place in `_checkers`; 0 when not there.
    mapping(address node => uint256) private _checkerPlace;

    constructor(address owner_, IERC20 token_, uint40 unbondingPeriod_, address slashedStakeTaker_)
        Ownable(owner_)
    {
        token = token_;
        unbondingPeriod = unbondingPeriod_;
        _setSlashedStakeTaker(slashedStakeTaker_);
    }

    // ── the node's own calls ──────────────────────────────────────────────────────────────────────────────────

    /// @notice Takes a role. The stake must be there before (`stake`, `stakeFor`); where the minimum is zero none is needed.
    /// @param endpoint URL at which the node answers, at most 256 bytes; may be empty for a checker
    /// @param payout where earnings go; zero means to the node itself; ignored where one is set already
    function register(
        Role role,
        string calldata endpoint,
        bytes32 publicKey,
        address payout,
        bytes32 metadataHash
    ) external {
        Node storage n = _nodes[msg.sender];
        if (_holds(n, role)) revert RoleAlreadyHeld(msg.sender, role);
        if (role != Role.Checker) {
            if (bytes(endpoint).length == 0) revert EndpointInvalid(0);
            if (publicKey == 0) revert PublicKeyMissing();
        }
        _requireStake(msg.sender, n.stake, minimumStake(role, n.capacity));
        bool isNew = n.roles == 0;
        if (isNew) _all.push(msg.sender);
        n.roles |= _bit(role) | LISTED;
        _describe(n, endpoint, publicKey, metadataHash);
        bool setsPayout = n.payout == address(0) && payout != address(0);
        if (setsPayout) {
            n.payout = payout;
            emit PayoutSet(msg.sender, payout);
        }
        if (role == Role.Checker) _enterCheckers(msg.sender, n.stake);
        emit NodeRegistered(msg.sender, role, n.endpoint, n.publicKey, n.payout, metadataHash);
        if (isNew || setsPayout) _tellPayout(msg.sender);
    }

    /// @notice Changes what the node says of itself. An empty endpoint or key leaves the standing one.
    /// @param capacity devices on offer; a provider's stake must cover them
    function update(string calldata endpoint, bytes32 publicKey, bytes32 metadataHash, uint32 capacity)
        external
    {
        Node storage n = _nodes[msg.sender];
        if (n.roles & ~LISTED == 0) revert NotRegistered(msg.sender);
        if (capacity > n.capacity && _holds(n, Role.Provider)) {
            _requireStake(msg.sender, n.stake, minimumStake(Role.Provider, capacity));
        }
        n.capacity = capacity;
        _describe(n, endpoint, publicKey, metadataHash);
        emit NodeUpdated(msg.sender, n.endpoint, n.publicKey, metadataHash, capacity);
    }

    /// @notice Changes where a node's earnings go. Once an address is set, only that address can: a stolen working key cannot
    /// send the earnings elsewhere.
    function setPayout(address node_, address payout) external {
        Node storage n = _nodes[node_];
        address holder = n.payout == address(0) ? node_ : n.payout;
        if (msg.sender != holder) revert NotPayoutOwner(msg.sender, holder);
        n.payout = payout;
        emit PayoutSet(node_, payout);
        _tellPayout(node_);
    }

    function leaveRole(Role role) external {
        _leaveRole(msg.sender, role);
    }

    /// @notice The same by the node's payout address, so that stake can be had back where the working key is lost.
    function leaveRoleFor(address node_, Role role) external {
        _requirePayout(node_);
        _leaveRole(node_, role);
    }

    function stake(uint96 amount) external {
        _stake(msg.sender, amount);
    }

    /// @notice Stakes the caller's tokens for a node; they are the node's from then on.
    function stakeFor(address node_, uint96 amount) external {
        if (node_ == address(0)) revert ZeroAddress();
        _stake(node_, amount);
    }

    /// @notice Asks stake back. It stays liable for the unbonding period; asking again starts the period again for all of it.
    function requestUnstake(uint96 amount) external {
        _requestUnstake(msg.sender, amount);
    }

    /// @notice The same by the node's payout address.
    function requestUnstakeFor(address node_, uint96 amount) external {
        _requirePayout(node_);
        _requestUnstake(node_, amount);
    }

    /// @notice Pays unbonded stake out, to the payout address where one is set.
    function unstake() external {
        unstakeFor(msg.sender);
    }

    /// @notice The same for any node, whoever calls: the stake has one place to go.
    function unstakeFor(address node_) public {
        Node storage n = _nodes[node_];
        uint96 amount = n.unbonding;
        if (amount == 0) revert NothingUnbonding(node_);
        if (block.timestamp < n.unbondsAt) revert StillUnbonding(n.unbondsAt, block.timestamp);
        n.unbonding = 0;
        address to = n.payout == address(0) ? node_ : n.payout;
        emit Unstaked(node_, to, amount);
        token.safeTransfer(to, amount);
    }

    // ── verdicts and governance ───────────────────────────────────────────────────────────────────────────────

    /// @notice Takes stake, unbonding stake included, as far as there is any.
    /// @return slashed what was taken, base units
    function slash(address node_, uint96 amount, bytes32 reason) external returns (uint96 slashed) {
        _requireSlasher();
        Node storage n = _nodes[node_];
        uint96 fromStake = amount < n.stake ? amount : n.stake;
        uint96 rest = amount - fromStake;
        uint96 fromUnbonding = rest < n.unbonding ? rest : n.unbonding;
        n.stake -= fromStake;
        n.unbonding -= fromUnbonding;
        slashed = fromStake + fromUnbonding;
        if (_checkerPlace[node_] != 0 && n.stake < minimumStake(Role.Checker, n.capacity)) {
            _leaveCheckers(node_);
            _dropRole(node_, n, Role.Checker);
        }
        emit Slashed(node_, slashed, reason);
        if (slashed != 0) token.safeTransfer(slashedStakeTaker, slashed);
    }

    /// @notice Keeps a node out of the market until an instant (unix seconds); an earlier instant does not shorten a longer jail,
    /// except by the owner.
    function jail(address node_, uint40 until, bytes32 reason) external {
        _requireSlasher();
        Node storage n = _nodes[node_];
        if (until > n.jailedUntil || msg.sender == owner()) n.jailedUntil = until;
        emit Jailed(node_, n.jailedUntil, reason);
    }

    function setMinimumStake(Role role, uint96 base, uint96 perCapacity) external onlyOwner {
        _minimums[role] = Minimum(base, perCapacity);
        emit MinimumStakeSet(role, base, perCapacity);
    }

    function setVerdicts(address verdicts_) external onlyOwner {
        verdicts = verdicts_;
        emit VerdictsSet(verdicts_);
    }

    /// @notice Names who is told of payout addresses from now on; a node that registered before is told of by `refreshPayout` there.
    function setRewards(IPayoutKeeper rewards_) external onlyOwner {
        rewards = rewards_;
        emit RewardsSet(rewards_);
    }

    function setSlashedStakeTaker(address taker) external onlyOwner {
        _setSlashedStakeTaker(taker);
    }

    // ── reading ───────────────────────────────────────────────────────────────────────────────────────────────

    function node(address node_) external view returns (Node memory) {
        return _shown(node_);
    }

    function hasRole(address node_, Role role) external view returns (bool) {
        return _holds(_nodes[node_], role);
    }

    /// @notice Whether a node may work in a role now: it holds it, has the stake, and is not in jail.
    function isActive(address node_, Role role) external view returns (bool) {
        Node storage n = _nodes[node_];
        return _holds(n, role) && _mayWork(n, role);
    }

    function payoutOf(address node_) external view returns (address) {
        return _nodes[node_].payout;
    }

    /// @return base units of stake that a role needs with so many devices
    function minimumStake(Role role, uint32 capacity) public view returns (uint256) {
        Minimum memory minimum = _minimums[role];
        return minimum.base + uint256(minimum.perCapacity) * capacity;
    }

    function nodeCount() external view returns (uint256) {
        return _all.length;
    }

    /// @notice Nodes in the order in which they first registered; some may have left since (`roles` is 0).
    function nodesPage(uint256 offset, uint256 limit)
        external
        view
        returns (address[] memory addresses, Node[] memory page)
    {
        uint256 count = _all.length;
        if (offset > count) offset = count;
        if (limit > count - offset) limit = count - offset;
        addresses = new address[](limit);
        page = new Node[](limit);
        for (uint256 i; i < limit; ++i) {
            addresses[i] = _all[offset + i];
            page[i] = _shown(addresses[i]);
        }
    }

    /// @notice The checkers that a committee may be drawn from now, with their stakes; those in jail, and those whose stake no longer is what the
    /// role needs, are left out.
    function checkers() external view returns (address[] memory addresses, uint96[] memory stakes) {
        uint256 count = _checkers.length;
        addresses = new address[](count);
        stakes = new uint96[](count);
        uint256 kept;
        for (uint256 i; i < count; ++i) {
            address checker = _checkers[i];
            Node storage n = _nodes[checker];
            if (!_mayWork(n, Role.Checker)) continue;
            addresses[kept] = checker;
            stakes[kept] = n.stake;
            ++kept;
        }
        assembly ("memory-safe") {
            mstore(addresses, kept)
            mstore(stakes, kept)
        }
    }

    // ── inside ────────────────────────────────────────────────────────────────────────────────────────────────

    function _shown(address node_) private view returns (Node memory shown) {
        shown = _nodes[node_];
        shown.roles &= ~LISTED;
    }

    function _bit(Role role) private pure returns (uint8) {
        return uint8(1 << uint8(role));
    }

    function _holds(Node storage n, Role role) private view returns (bool) {
        return n.roles & _bit(role) != 0;
    }

    function _mayWork(Node storage n, Role role) private view returns (bool) {
        return block.timestamp >= n.jailedUntil && n.stake >= minimumStake(role, n.capacity);
    }

    function _requireStake(address node_, uint256 have, uint256 needed) private pure {
        if (have < needed) revert StakeTooLow(node_, have, needed);
    }

    function _requirePayout(address node_) private view {
        address payout = _nodes[node_].payout;
        if (msg.sender != payout) revert NotPayoutOwner(msg.sender, payout);
    }

    function _requireSlasher() private view {
        if (msg.sender != verdicts && msg.sender != owner()) revert NotSlasher(msg.sender);
    }

    function _describe(Node storage n, string calldata endpoint, bytes32 publicKey, bytes32 metadataHash)
        private
    {
        uint256 length = bytes(endpoint).length;
        if (length > MAX_ENDPOINT_BYTES) revert EndpointInvalid(length);
        if (length != 0) n.endpoint = endpoint;
        if (publicKey != 0) n.publicKey = publicKey;
        n.metadataHash = metadataHash;
    }

    function _tellPayout(address node_) private {
        if (address(rewards) != address(0)) rewards.refreshPayout(node_);
    }

    function _leaveRole(address node_, Role role) private {
        Node storage n = _nodes[node_];
        if (!_holds(n, role)) revert RoleNotHeld(node_, role);
        if (role == Role.Checker) _leaveCheckers(node_);
        _dropRole(node_, n, role);
    }

    function _requestUnstake(address node_, uint96 amount) private {
        if (amount == 0) revert ZeroAmount();
        Node storage n = _nodes[node_];
        if (amount > n.stake) revert StakeExceeded(node_, amount, n.stake);
        uint96 left = n.stake - amount;
        for (uint8 i; i < 3; ++i) {
            if (_holds(n, Role(i))) _requireStake(node_, left, minimumStake(Role(i), n.capacity));
        }
        n.stake = left;
        n.unbonding += amount;
        n.unbondsAt = uint40(block.timestamp) + unbondingPeriod;
        emit UnstakeRequested(node_, amount, n.unbondsAt);
    }

    function _dropRole(address node_, Node storage n, Role role) private {
        n.roles &= ~_bit(role);
        emit RoleLeft(node_, role);
    }

    function _stake(address node_, uint96 amount) private {
        if (amount == 0) revert ZeroAmount();
        Node storage n = _nodes[node_];
        n.stake += amount;
        emit Staked(node_, msg.sender, amount, n.stake);
        token.safeTransferFrom(msg.sender, address(this), amount);
    }

    function _enterCheckers(address node_, uint96 stake_) private {
        if (_checkers.length == MAX_CHECKERS) {
            address lowest = _checkers[0];
            uint96 lowestStake = _nodes[lowest].stake;
            for (uint256 i = 1; i < MAX_CHECKERS; ++i) {
                uint96 other = _nodes[_checkers[i]].stake;
                if (other < lowestStake) (lowest, lowestStake) = (_checkers[i], other);
            }
            if (stake_ <= lowestStake) revert CheckerSetFull(lowest, lowestStake, stake_);
            _leaveCheckers(lowest);
            _dropRole(lowest, _nodes[lowest], Role.Checker);
        }
        _checkers.push(node_);
        _checkerPlace[node_] = _checkers.length;
    }

    function _leaveCheckers(address node_) private {
        uint256 place = _checkerPlace[node_];
        address last = _checkers[_checkers.length - 1];
        _checkers[place - 1] = last;
        _checkerPlace[last] = place;
        _checkers.pop();
        delete _checkerPlace[node_];
    }

    function _setSlashedStakeTaker(address taker) private {
        if (taker == address(0)) revert ZeroAddress();
        slashedStakeTaker = taker;
        emit SlashedStakeTakerSet(taker);
    }
}
