// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";

import {NetworkGovernor} from "../../solidity/governance/NetworkGovernor.sol";
import {NetworkTimelock} from "../../solidity/governance/NetworkTimelock.sol";
import {EscrowFixture} from "../escrow/EscrowFixture.sol";

contract NetworkGovernorTest is EscrowFixture {
    NetworkTimelock private _timelock;
    NetworkGovernor private _governor;
    address[] private _targets;
    uint256[] private _values;
    bytes[] private _calls;

    function setUp() public override {
        super.setUp();
        _timelock = new NetworkTimelock(1 days, new address[](0), new address[](1), address(this));
        _governor = new NetworkGovernor(networkToken, _timelock, 60, 600, 1000e18, 4);
        _timelock.grantRole(_timelock.PROPOSER_ROLE(), address(_governor));
        _timelock.grantRole(_timelock.CANCELLER_ROLE(), address(_governor));
        escrow.transferOwnership(address(_timelock));
        vm.prank(address(_timelock));
        escrow.acceptOwnership();
        networkToken.delegate(address(this));
        skip(1);
        _targets.push(address(escrow));
        _values.push(0);
        _calls.push(abi.encodeCall(escrow.setNoticePeriod, (77)));
    }

    function test_proposal_changesAParameterAfterVoteAndDelay() public {
        vm.assertEq(_governor.proposalThreshold(), 1000e18);
        uint256 id = _governor.propose(_targets, _values, _calls, "notice");
        vm.assertTrue(_governor.proposalNeedsQueuing(id));
        skip(61);
        _governor.castVote(id, 1);
        skip(601);
        _governor.queue(_targets, _values, _calls, keccak256("notice"));
        vm.expectRevert();
        _governor.execute(_targets, _values, _calls, keccak256("notice"));
        skip(1 days);
        _governor.execute(_targets, _values, _calls, keccak256("notice"));
        vm.assertEq(escrow.noticePeriod(), 77);
        vm.assertEq(uint256(_governor.state(id)), uint256(IGovernor.ProposalState.Executed));
    }

    function test_proposal_withoutAQuorumFails() public {
        networkToken.transfer(stranger, networkToken.balanceOf(address(this)) - 1000e18);
        skip(1);
        uint256 id = _governor.propose(_targets, _values, _calls, "notice");
        skip(61);
        _governor.castVote(id, 1);
        skip(601);
        vm.assertEq(uint256(_governor.state(id)), uint256(IGovernor.ProposalState.Defeated));
    }

    function test_proposal_byTooFewVotesAndCancelledByItsProposer() public {
        vm.prank(stranger);
        vm.expectRevert(
            abi.encodeWithSelector(IGovernor.GovernorInsufficientProposerVotes.selector, stranger, 0, 1000e18)
        );
        _governor.propose(_targets, _values, _calls, "notice");
        _governor.propose(_targets, _values, _calls, "notice");
        uint256 id = _governor.cancel(_targets, _values, _calls, keccak256("notice"));
        vm.assertEq(uint256(_governor.state(id)), uint256(IGovernor.ProposalState.Canceled));
    }
}
