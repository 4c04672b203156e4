// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {INodeRegistry, Role} from "../registry/INodeRegistry.sol";
import {EpochClock} from "./EpochClock.sol";
import {IBeacon} from "./IBeacon.sol";

/// @title Randomness from the checkers themselves
/// @notice Checkers commit to secrets in the first half of the epoch before and reveal them in the first half of the epoch itself; its value mixes
/// what was revealed and is ready when that half is over. A last revealer that keeps its secret back chooses between two values and loses
/// its bond for it; one honest secret makes the value unknowable before the epoch. Where nobody reveals, the epoch has no value.
contract CommitRevealBeacon is IBeacon, EpochClock {
    using SafeERC20 for IERC20;

    struct Entry {
        bytes32 commitment;
        bool revealed;
        bool settled;
    }

    struct Round {
        bytes32 mix;
        uint32 committed;
        uint32 revealed;
    }

    INodeRegistry public immutable registry;
    IERC20 public immutable token;
    /// @notice What a secret that is kept back costs, token base units.
    uint256 public immutable bond;
    /// @notice Where forfeited bonds go.
    address public immutable treasury;

    mapping(uint64 epoch => Round) public rounds;
    mapping(uint64 epoch => mapping(address checker => Entry)) public entries;

    event Committed(uint64 indexed epoch, address indexed checker);
    event Revealed(uint64 indexed epoch, address indexed checker, bytes32 secret);
    event BondReturned(uint64 indexed epoch, address indexed checker);
    event BondForfeited(uint64 indexed epoch, address indexed checker);

    error NotPreparing(uint64 epoch);
    error NotRevealing(uint64 epoch);
    error NotActiveChecker(address caller);
    error CommitmentMissing();
    error AlreadyCommitted(uint64 epoch, address checker);
    error AlreadyRevealed(uint64 epoch, address checker);
    error SecretMismatch(uint64 epoch, address checker);
    error RevealNotOver(uint64 epoch);
    error NothingToSettle(uint64 epoch, address checker);

    constructor(
        INodeRegistry registry_,
        IERC20 token_,
        uint256 bond_,
        address treasury_,
        uint64 genesis_,
        uint64 epochSeconds_
    ) EpochClock(genesis_, epochSeconds_) {
        (registry, token, bond, treasury) = (registry_, token_, bond_, treasury_);
    }

    /// @notice What a checker commits to; its own address is in it, so a commitment cannot be copied.
    function commitmentOf(uint64 epoch, address checker, bytes32 secret) public pure returns (bytes32) {
        return keccak256(abi.encode(epoch, checker, secret));
    }

    /// @notice Commits to a secret for an epoch and deposits the bond.
    function commit(uint64 epoch, bytes32 commitment) external {
        if (!isPreparing(epoch)) revert NotPreparing(epoch);
        if (commitment == 0) revert CommitmentMissing();
        if (!registry.isActive(msg.sender, Role.Checker)) revert NotActiveChecker(msg.sender);
        Entry storage entry = entries[epoch][msg.sender];
        if (entry.commitment != 0) revert AlreadyCommitted(epoch, msg.sender);
        entry.commitment = commitment;
        ++rounds[epoch].committed;
        emit Committed(epoch, msg.sender);
        if (bond != 0) token.safeTransferFrom(msg.sender, address(this), bond);
    }

    function reveal(uint64 epoch, bytes32 secret) external {
        if (!isRevealing(epoch)) revert NotRevealing(epoch);
        Entry storage entry = entries[epoch][msg.sender];
        if (entry.revealed) revert AlreadyRevealed(epoch, msg.sender);
        if (entry.commitment != commitmentOf(epoch, msg.sender, secret)) {
            revert SecretMismatch(epoch, msg.sender);
        }
        entry.revealed = true;
        Round storage round = rounds[epoch];
        // XOR, so that the order of revealing changes nothing.
        round.mix ^= keccak256(abi.encode(secret));
        ++round.revealed;
        emit Revealed(epoch, msg.sender, secret);
    }

    /// @notice Once the time to reveal is over, returns a bond whose secret was revealed, or forfeits it. Anyone may call it.
    function settleBond(uint64 epoch, address checker) external {
        if (block.timestamp < revealEndOf(epoch)) revert RevealNotOver(epoch);
        Entry storage entry = entries[epoch][checker];
        if (entry.commitment == 0 || entry.settled) revert NothingToSettle(epoch, checker);
        entry.settled = true;
        if (entry.revealed) emit BondReturned(epoch, checker);
        else emit BondForfeited(epoch, checker);
        if (bond != 0) token.safeTransfer(entry.revealed ? checker : treasury, bond);
    }

    /// @inheritdoc IBeacon
    function randomness(uint64 epoch) external view returns (bytes32 value, bool ready) {
        Round storage round = rounds[epoch];
        if (round.revealed == 0 || block.timestamp < revealEndOf(epoch)) return (0, false);
        return (keccak256(abi.encode(epoch, round.mix)), true);
    }
}
