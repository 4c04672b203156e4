// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Epochs} from "../../solidity/epochs/Epochs.sol";
import {IBeacon} from "../../solidity/epochs/IBeacon.sol";
import {INodeRegistry, Role} from "../../solidity/registry/INodeRegistry.sol";
import {NodeRegistry} from "../../solidity/registry/NodeRegistry.sol";
import {ClassUse, Emission} from "../../solidity/rewards/Emission.sol";
import {EpochReport, Quorum, Rewards} from "../../solidity/rewards/Rewards.sol";
import {NetworkToken} from "../../solidity/token/NetworkToken.sol";
import {Base} from "../Base.sol";

contract FixedBeacon is IBeacon {
    function randomness(uint64 epoch) external pure returns (bytes32, bool) {
        return (keccak256(abi.encode(epoch)), true);
    }
}

/// A committee that signs whatever it is asked to, roots that promise more than was made included.
contract RewardsHandler is Base {
    Rewards public immutable rewards;
    Epochs public immutable epochs;
    INodeRegistry public immutable registry;
    uint256 private constant KEY = 0xC4EC;
    address[3] private _accounts = [address(0xA1), address(0xA2), address(0xA3)];
    uint256[3] private _promised;
    uint256[3] private _standing;

    constructor(Rewards rewards_, Epochs epochs_, INodeRegistry registry_) {
        (rewards, epochs, registry) = (rewards_, epochs_, registry_);
    }

    function report(uint96 capacity, uint96 delivery, uint96[3] calldata promises, uint16 use) external {
        uint64 epoch = epochs.currentEpoch();
        try epochs.freeze() {} catch {}
        vm.warp(epochs.startOf(epoch + 1));
        ++epoch;
        try epochs.begin(epoch) {} catch {}
        for (uint256 i; i < 3; ++i) {
            _promised[i] += bound(promises[i], 0, 100e18);
        }
        ClassUse[] memory classes = new ClassUse[](1);
        classes[0] = ClassUse("c", 10_000, use, 5000);
        EpochReport memory r = EpochReport(
            epoch, root(_promised), uint96(bound(capacity, 0, 60e18)), uint96(bound(delivery, 0, 60e18))
        );
        bytes[] memory signatures = new bytes[](1);
        signatures[0] = sign(KEY, rewards.hashReport(r, classes));
        (address[] memory checkers, uint96[] memory stakes) = registry.checkers();
        try rewards.propose(r, classes, Quorum(checkers, stakes, signatures)) {} catch {}
    }

    function finish(bool wait) external {
        if (wait) skip(600);
        bytes32 before = rewards.root();
        try rewards.finalize() {
            if (rewards.root() != before) _standing = _promised;
        } catch {}
    }

    function claim(uint256 who, uint256 amount, bool honest) external {
        who = who % 3;
        uint256 cumulative = honest ? _standing[who] : amount;
        try rewards.claim(_accounts[who], cumulative, proofOf(who)) {} catch {}
    }

    function leaf(uint256 i, uint256 amount) private view returns (bytes32) {
        return rewards.leafOf(_accounts[i], amount);
    }

    function pair(bytes32 a, bytes32 b) private pure returns (bytes32) {
        return a < b ? keccak256(bytes.concat(a, b)) : keccak256(bytes.concat(b, a));
    }

    function root(uint256[3] memory amounts) private view returns (bytes32) {
        return pair(pair(leaf(0, amounts[0]), leaf(1, amounts[1])), leaf(2, amounts[2]));
    }

    function proofOf(uint256 who) private view returns (bytes32[] memory proof) {
        if (who == 2) {
            proof = new bytes32[](1);
            proof[0] = pair(leaf(0, _standing[0]), leaf(1, _standing[1]));
            return proof;
        }
        proof = new bytes32[](2);
        proof[0] = leaf(1 - who, _standing[1 - who]);
        proof[1] = leaf(2, _standing[2]);
    }
}

contract RewardsInvariants is Base {
    Rewards private _rewards;
    NetworkToken private _token;

    function setUp() public {
        vm.warp(1_800_000_000);
        _token = new NetworkToken(address(this), address(this), 1e18);
        NodeRegistry registry = new NodeRegistry(address(this), _token, 1 days, address(0x7EA));
        vm.prank(vm.addr(0xC4EC));
        registry.register(Role.Checker, "", 0, address(0), 0);
        Epochs epochs = new Epochs(registry, new FixedBeacon(), uint64(time() + 900), 900);
        _rewards = new Rewards(
            address(this),
            _token,
            epochs,
            registry,
            600,
            1,
            0,
            Emission.Schedule(100e18, 50, 8000, 2000, 1000, 10)
        );
        _token.setMinter(address(_rewards));
        target(address(new RewardsHandler(_rewards, epochs, registry)));
    }

    /// Claims never exceed what was emitted; emission never exceeds the cap; what is not claimed is there.
    function invariant_claimsNeverExceedEmissionNorEmissionTheCap() public view {
        uint256 claimed = _rewards.claimed(address(0xA1)) + _rewards.claimed(address(0xA2))
            + _rewards.claimed(address(0xA3));
        vm.assertLe(claimed, _rewards.totalEmitted());
        vm.assertLe(_rewards.totalEmitted(), _rewards.EMISSION_CAP());
        vm.assertEq(_token.balanceOf(address(_rewards)), _rewards.totalEmitted() - claimed);
        vm.assertEq(_token.totalSupply(), 1e18 + _rewards.totalEmitted());
    }
}
