// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {NetworkGovernor} from "../../solidity/governance/NetworkGovernor.sol";
import {NetworkTimelock} from "../../solidity/governance/NetworkTimelock.sol";
import {Escrow} from "../../solidity/escrow/Escrow.sol";
import {IPayouts} from "../../solidity/escrow/EscrowLedger.sol";
import {NodeRegistry} from "../../solidity/registry/NodeRegistry.sol";
import {NetworkToken} from "../../solidity/token/NetworkToken.sol";
import {Base} from "../Base.sol";
import {Handler} from "./Handler.sol";

/// Voters who propose, vote, queue and execute out of turn, and everybody trying the setters, the timelock and the ownership directly.
contract GovernanceHandler is Handler {
    Escrow public immutable escrow;
    NetworkGovernor public immutable governor;
    NetworkTimelock public immutable timelock;
    NetworkToken public immutable token;
    address[4] private _people = [address(0xA1), address(0xA2), address(0xA3), address(0x6A)];
    uint32[] private _proposed;
    mapping(uint256 id => uint256) public queuedAt;
    uint32 public decided;
    uint256 public executed;

    constructor(Escrow escrow_, NetworkGovernor governor_, NetworkTimelock timelock_, NetworkToken token_) {
        (escrow, governor, timelock, token) = (escrow_, governor_, timelock_, token_);
        decided = escrow_.noticePeriod();
        for (uint256 i; i < 4; ++i) {
            vm.prank(_people[i]);
            token_.delegate(_people[i]);
        }
        skip(1);
    }

    function call(uint32 seconds_)
        private
        view
        returns (address[] memory targets, uint256[] memory values, bytes[] memory calls)
    {
        (targets, values, calls) = (new address[](1), new uint256[](1), new bytes[](1));
        targets[0] = address(escrow);
        calls[0] = abi.encodeCall(escrow.setNoticePeriod, (seconds_));
    }

    function propose(uint256 who, uint32 seconds_) external {
        seconds_ = uint32(bound(seconds_, 0, 7 days));
        (address[] memory t, uint256[] memory v, bytes[] memory c) = call(seconds_);
        vm.prank(_people[who % 4]);
        try governor.propose(t, v, c, "") {
            _proposed.push(seconds_);
        } catch {}
    }

    function vote(uint256 who, uint256 i, uint8 support) external {
        if (_proposed.length == 0) return;
        (address[] memory t, uint256[] memory v, bytes[] memory c) = call(_proposed[i % _proposed.length]);
        uint256 id = governor.getProposalId(t, v, c, keccak256(""));
        vm.prank(_people[who % 4]);
        try governor.castVote(id, support % 3) {} catch {}
    }

    function queue(uint256 i) external {
        if (_proposed.length == 0) return;
        (address[] memory t, uint256[] memory v, bytes[] memory c) = call(_proposed[i % _proposed.length]);
        try governor.queue(t, v, c, keccak256("")) returns (uint256 id) {
            (uint256 against, uint256 in_favour,) = governor.proposalVotes(id);
            if (in_favour <= against) violated("queued what most did not want");
            queuedAt[id] = time();
        } catch {}
    }

    function execute(uint256 i) external {
        if (_proposed.length == 0) return;
        uint32 seconds_ = _proposed[i % _proposed.length];
        (address[] memory t, uint256[] memory v, bytes[] memory c) = call(seconds_);
        try governor.execute(t, v, c, keccak256("")) returns (uint256 id) {
            if (queuedAt[id] == 0) violated("executed what was not queued");
            if (time() < queuedAt[id] + timelock.getMinDelay()) {
                violated("executed before the delay was over");
            }
            decided = seconds_;
            ++executed;
        } catch {}
    }

    /// One person's way round the vote.
    function trespass(uint256 who, uint256 way, uint32 value) external {
        vm.startPrank(_people[who % 4]);
        bytes memory data = abi.encodeCall(escrow.setNoticePeriod, (value % 7 days));
        bool ok;
        if (way % 6 == 0) {
            (ok,) = address(escrow).call(data);
        } else if (way % 6 == 1) {
            (ok,) = address(escrow).call(abi.encodeCall(escrow.setTreasury, (_people[0], 1)));
        } else if (way % 6 == 2) {
            (ok,) = address(escrow).call(abi.encodeCall(escrow.transferOwnership, (_people[0])));
        } else if (way % 6 == 3) {
            (ok,) = address(escrow).call(abi.encodeCall(escrow.acceptOwnership, ()));
        } else if (way % 6 == 4) {
            (ok,) = address(timelock)
                .call(abi.encodeCall(timelock.schedule, (address(escrow), 0, data, 0, 0, 1 days)));
        } else {
            (ok,) = address(timelock).call(abi.encodeCall(timelock.execute, (address(escrow), 0, data, 0, 0)));
        }
        vm.stopPrank();
        if (ok) violated("somebody got round the vote");
    }

    /// The guardian's whole power: it stops new leases, and nobody but the timelock lets them go on.
    function pause(uint256 who, bool back) external {
        vm.startPrank(_people[who % 4]);
        if (back) {
            try escrow.unpauseNewLeases() {
                violated("leases went on without a vote");
            } catch {}
        } else {
            try escrow.pauseNewLeases() {
                if (who % 4 != 3) violated("somebody else than the guardian stopped leases");
            } catch {}
        }
        vm.stopPrank();
    }

    function pass(uint32 seconds_) external {
        skip(bound(seconds_, 0, 8 hours));
    }

    /// From a proposal to its effect, by everybody's votes: chance alone seldom comes so far.
    function carry(uint32 seconds_) external {
        this.propose(3, seconds_);
        if (_proposed.length == 0) return;
        uint256 last = _proposed.length - 1;
        skip(61);
        for (uint256 who; who < 4; ++who) {
            this.vote(who, last, 1);
        }
        skip(601);
        this.queue(last);
        skip(1 days);
        this.execute(last);
    }
}

/// Parameters change only through the timelock.
contract GovernanceInvariants is Base {
    Escrow private _escrow;
    NetworkTimelock private _timelock;
    GovernanceHandler private _handler;

    function setUp() public {
        vm.warp(1_800_000_000);
        NetworkToken token = new NetworkToken(address(this), address(this), 1000);
        for (uint256 i; i < 4; ++i) {
            token.transfer([address(0xA1), address(0xA2), address(0xA3), address(0x6A)][i], 100 * (i + 1));
        }
        NodeRegistry registry = new NodeRegistry(address(this), token, 1 days, address(this));
        _escrow = new Escrow(address(this), IPayouts(address(registry)), address(0x7EA), 250, 1 hours);
        _timelock = new NetworkTimelock(1 days, new address[](0), new address[](1), address(this));
        NetworkGovernor governor = new NetworkGovernor(token, _timelock, 60, 600, 100, 4);
        _timelock.grantRole(_timelock.PROPOSER_ROLE(), address(governor));
        _timelock.renounceRole(_timelock.DEFAULT_ADMIN_ROLE(), address(this));
        _escrow.setGuardian(address(0x6A));
        _escrow.transferOwnership(address(_timelock));
        vm.prank(address(_timelock));
        _escrow.acceptOwnership();
        _handler = new GovernanceHandler(_escrow, governor, _timelock, token);
        target(address(_handler));
    }

    function invariant_governance() public view {
        vm.assertEq(_handler.violation(), "");
        vm.assertEq(_escrow.noticePeriod(), _handler.decided());
        vm.assertEq(_escrow.treasuryFeeBps(), 250);
        vm.assertEq(_escrow.treasury(), address(0x7EA));
        vm.assertEq(_escrow.owner(), address(_timelock));
    }

    /// The handler's calls must get through, or the campaign would prove nothing.
    function test_theHandlerReachesTheTimelock() public {
        _handler.carry(1234);
        vm.assertEq(_handler.executed(), 1);
        vm.assertEq(_escrow.noticePeriod(), 1234);
        _handler.trespass(0, 5, 9);
        _handler.pause(3, false);
        vm.assertTrue(_escrow.newLeasesPaused());
        invariant_governance();
    }
}
