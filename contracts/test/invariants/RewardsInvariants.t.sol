// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Epochs} from "../../solidity/epochs/Epochs.sol";
import {NodeRegistry} from "../../solidity/registry/NodeRegistry.sol";
import {Emission} from "../../solidity/rewards/Emission.sol";
import {Rewards} from "../../solidity/rewards/Rewards.sol";
import {NetworkToken} from "../../solidity/token/NetworkToken.sol";
import {Base} from "../Base.sol";
import {FixedBeacon} from "../epochs/FixedBeacon.sol";
import {RewardsHandler} from "./RewardsHandler.sol";

/// Claims never exceed what was emitted; emission never exceeds the cap; only a quorum makes a report, and a larger one upholds it.
contract RewardsInvariants is Base {
    uint256 private constant SUPPLY = 1e18;
    /// So much in an epoch that the cap is soon reached.
    uint96 private constant FIRST = 300_000_000e18;
    Rewards private _rewards;
    RewardsHandler private _handler;
    NetworkToken private _token;

    function setUp() public {
        vm.warp(1_800_000_000);
        _token = new NetworkToken(address(this), address(this), SUPPLY);
        NodeRegistry registry = new NodeRegistry(address(this), _token, 1 days, address(0x7EA));
        Epochs epochs = new Epochs(registry, new FixedBeacon(), uint64(time() + 900), 900);
        _rewards = new Rewards(
            address(this),
            _token,
            epochs,
            registry,
            Rewards.Parameters(600, 3, 3, 1e15),
            Emission.Schedule(FIRST, 1000, 8000, 2000, 1000, 10, 10_000)
        );
        _token.setMinter(address(_rewards));
        _handler = new RewardsHandler(_rewards, epochs, registry, _token);
        _token.transfer(_handler.challenger(), SUPPLY);
        _handler.nextEpoch();
        target(address(_handler));
    }

    function invariant_rewards() public view {
        vm.assertEq(_handler.violation(), "");
        uint256 claimed = _rewards.claimed(address(0xA1)) + _rewards.claimed(address(0xA2))
            + _rewards.claimed(address(0xA3));
        vm.assertLe(claimed, _rewards.totalEmitted());
        vm.assertLe(_rewards.totalEmitted(), _rewards.EMISSION_CAP());
        vm.assertEq(_token.balanceOf(address(_rewards)), _rewards.totalEmitted() - claimed);
        vm.assertEq(_token.totalSupply(), SUPPLY + _rewards.totalEmitted());
        vm.assertEq(
            _token.balanceOf(address(_rewards.bonds())),
            _rewards.pending().bond,
            "only the bond of an open challenge lies there"
        );
    }

    /// The handler's calls must get through, or the campaign would prove nothing.
    function test_theHandlerReachesFinalReportsAndTheCap() public {
        for (uint256 i; i < 3; ++i) {
            _handler.propose(150_000_000e18, 0, [uint96(100e18), 50e18, 10e18], 5000, 0, 0);
            vm.assertEq(_handler.proposed(), i < 2 ? i + 1 : 2);
            _handler.finish(false);
            _handler.finish(true);
            _handler.nextEpoch();
        }
        vm.assertEq(_handler.finished(), 2);
        vm.assertEq(_rewards.totalEmitted(), 300_000_000e18);
        // A third would go past the cap; what is left may be made.
        _handler.propose(100_000_000e18, 0, [uint96(1), 1, 1], 5000, 0, 0);
        _handler.finish(true);
        vm.assertEq(_rewards.totalEmitted(), _rewards.EMISSION_CAP());
        _handler.claim(0, 0, true);
        vm.assertEq(_rewards.claimed(address(0xA1)), 200e18 + 1);
        invariant_rewards();
    }

    function test_theHandlerReachesChallenges() public {
        _handler.propose(1e18, 1e18, [uint96(1e18), 0, 0], 5000, 0, 3);
        vm.assertEq(_handler.proposed(), 1);
        _handler.challenge();
        vm.assertEq(_rewards.pending().bond, 1e15);
        _handler.finish(true);
        _handler.uphold(0, true);
        _handler.uphold(3, false);
        vm.assertEq(_handler.upheld(), 0);
        _handler.uphold(0, false);
        vm.assertEq(_handler.upheld(), 1);
        _handler.nextEpoch();
        _handler.propose(1e18, 1e18, [uint96(1e18), 0, 0], 5000, 0, 1);
        vm.assertEq(_handler.proposed(), 1);
        _handler.propose(1e18, 1e18, [uint96(1e18), 0, 0], 5000, 0, 0);
        _handler.challenge();
        _handler.drop(false);
        vm.assertEq(_handler.dropped(), 0);
        _handler.drop(true);
        vm.assertEq(_handler.dropped(), 1);
        invariant_rewards();
    }
}
