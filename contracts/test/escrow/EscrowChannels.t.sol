// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Channel, Voucher} from "../../solidity/escrow/EscrowTypes.sol";
import {IEscrow} from "../../solidity/escrow/IEscrow.sol";
import {SmartAccount} from "../tokens/SmartAccount.sol";
import {EscrowFixture} from "./EscrowFixture.sol";

contract EscrowChannelsTest is EscrowFixture {
    address private _token;

    function setUp() public override {
        super.setUp();
        _token = address(dollar);
        vm.prank(tenant);
        escrow.fundChannel(provider, _token, 10_000);
    }

    function theChannel() private view returns (Channel memory) {
        return escrow.channel(tenant, provider, _token);
    }

    function redeem(uint96 total) private returns (uint96) {
        return escrow.redeem(provider, _token, voucher(TENANT_KEY, tenant, total));
    }

    function test_redeem_paysTheGrowthOfTheTotal() public {
        vm.assertEq(redeem(1000), 1000);
        vm.assertEq(redeem(1000), 0);
        vm.assertEq(redeem(400), 0);
        vm.assertEq(redeem(1500), 500);
        vm.assertEq(balance(provider), 1500 - 30);
        vm.assertEq(escrow.feesOwed(_token), 30);
        vm.assertEq(theChannel().collateral, 8500);
        vm.assertEq(theChannel().redeemed, 1500);
    }

    function test_redeem_paysAsFarAsTheCollateralGoesAndTheRestAfterMoreIsFunded() public {
        vm.assertEq(redeem(12_000), 10_000);
        vm.assertEq(redeem(12_000), 0);
        vm.prank(tenant);
        escrow.fundChannel(provider, _token, 5000);
        vm.assertEq(redeem(12_000), 2000);
    }

    function test_redeem_refusesASignatureOfSomeoneElse() public {
        Voucher memory v = voucher(0xBAD, tenant, 1000);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.SignatureInvalid.selector, tenant, vm.addr(0xBAD)));
        escrow.redeem(provider, _token, v);
        v = voucher(TENANT_KEY, tenant, 1000);
        v.total = 1001;
        vm.expectRevert();
        escrow.redeem(provider, _token, v);
        v.r = 0;
        vm.expectRevert(abi.encodeWithSelector(IEscrow.SignatureInvalid.selector, tenant, address(0)));
        escrow.redeem(provider, _token, v);
    }

    function test_redeem_isForOneProvider() public {
        vm.prank(tenant);
        escrow.fundChannel(stranger, _token, 1000);
        Voucher memory v = voucher(TENANT_KEY, tenant, 1000);
        vm.expectRevert();
        escrow.redeem(stranger, _token, v);
    }

    function test_channelSigner_signsForASmartAccount() public {
        SmartAccount account = new SmartAccount(stranger);
        fund(address(account), 1000);
        account.run(address(escrow), abi.encodeCall(escrow.fundChannel, (provider, _token, 1000)));
        Voucher memory v = voucher(TENANT_KEY, address(account), 700);
        vm.expectRevert();
        escrow.redeem(provider, _token, v);
        account.run(address(escrow), abi.encodeCall(escrow.setChannelSigner, (provider, _token, tenant)));
        vm.assertEq(escrow.channelSigner(address(account), provider, _token), tenant);
        vm.assertEq(escrow.redeem(provider, _token, v), 700);
    }

    function test_redeemBatch_passesOverWhatIsNothingNew() public {
        uint256 otherKey = 0x07E4;
        address other = vm.addr(otherKey);
        fund(other, 1000);
        vm.prank(other);
        escrow.fundChannel(provider, _token, 1000);
        Voucher[] memory vouchers = new Voucher[](3);
        vouchers[0] = voucher(TENANT_KEY, tenant, 500);
        vouchers[1] = voucher(otherKey, other, 300);
        vouchers[2] = voucher(TENANT_KEY, tenant, 400);
        vm.assertEq(escrow.redeemBatch(provider, _token, vouchers), 800);
        vm.assertEq(balance(provider), 800 - 16);
    }

    /// A tenant that takes its key back takes nothing back that the key signed: its provider has a day, as with an unlock.
    function test_channelSigner_takenBackCountsForAsLongAsAnUnlockTakes() public {
        uint256 key = 0xABCD;
        address named = vm.addr(key);
        vm.startPrank(tenant);
        escrow.setChannelSigner(provider, _token, named);
        vm.expectEmit(address(escrow));
        emit IEscrow.ChannelSignerSet(tenant, provider, _token, address(0));
        escrow.setChannelSigner(provider, _token, address(0));
        vm.stopPrank();
        vm.assertEq(escrow.channelSigner(tenant, provider, _token), address(0));
        skip(1 days - 1);
        vm.assertEq(escrow.redeem(provider, _token, voucher(key, tenant, 9000)), 9000);
        skip(1);
        Voucher memory late = voucher(key, tenant, 9500);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.SignatureInvalid.selector, tenant, named));
        escrow.redeem(provider, _token, late);
    }

    function test_channelSigner_changedTwiceLeavesTheFirstItsDay() public {
        vm.startPrank(tenant);
        escrow.setChannelSigner(provider, _token, vm.addr(0xA1));
        escrow.setChannelSigner(provider, _token, vm.addr(0xA2));
        escrow.setChannelSigner(provider, _token, vm.addr(0xA2));
        skip(1 days - 1);
        escrow.setChannelSigner(provider, _token, vm.addr(0xA3));
        vm.stopPrank();
        vm.assertEq(escrow.redeem(provider, _token, voucher(0xA1, tenant, 100)), 100);
        skip(1);
        vm.assertEq(escrow.redeem(provider, _token, voucher(0xA2, tenant, 200)), 100);
        vm.assertEq(escrow.redeem(provider, _token, voucher(0xA3, tenant, 300)), 100);
        Voucher memory late = voucher(0xA1, tenant, 400);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.SignatureInvalid.selector, tenant, vm.addr(0xA1)));
        escrow.redeem(provider, _token, late);
    }

    function test_redeemBatch_passesOverASignatureThatDoesNotCount() public {
        address other = vm.addr(0x07E4);
        fund(other, 1000);
        vm.prank(other);
        escrow.fundChannel(provider, _token, 1000);
        Voucher[] memory vouchers = new Voucher[](3);
        vouchers[0] = voucher(0xBAD, tenant, 500);
        vouchers[1] = voucher(0x07E4, other, 300);
        vouchers[2] = Voucher(tenant, 500, 0, 0);
        vm.assertEq(escrow.redeemBatch(provider, _token, vouchers), 300);
        vm.assertEq(theChannel().redeemed, 0);
        vm.assertEq(balance(provider), 300 - 6);
    }

    function test_unlock_letsTheProviderRedeemFirst() public {
        vm.startPrank(tenant);
        vm.expectRevert(IEscrow.UnlockNotRequested.selector);
        escrow.unlock(provider, _token);
        escrow.requestUnlock(provider, _token);
        uint40 unlockAt = theChannel().unlockAt;
        vm.assertEq(unlockAt, time() + 1 days);
        vm.warp(unlockAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.UnlockTooEarly.selector, unlockAt, unlockAt - 1));
        escrow.unlock(provider, _token);
        vm.stopPrank();
        redeem(4000);
        vm.warp(unlockAt);
        uint256 before = balance(tenant);
        vm.prank(tenant);
        escrow.unlock(provider, _token);
        vm.assertEq(balance(tenant) - before, 6000);
        vm.assertEq(redeem(9000), 0);
        vm.prank(tenant);
        vm.expectRevert(IEscrow.ZeroAmount.selector);
        escrow.requestUnlock(provider, _token);
    }

    function test_unlock_doesNotMakeOldVouchersWorthSomethingAgain() public {
        redeem(4000);
        vm.startPrank(tenant);
        escrow.requestUnlock(provider, _token);
        skip(1 days);
        escrow.unlock(provider, _token);
        escrow.fundChannel(provider, _token, 1000);
        vm.stopPrank();
        vm.assertEq(redeem(4000), 0);
        vm.assertEq(redeem(4100), 100);
    }

    function test_fundChannel_takesAnUnlockBack() public {
        vm.startPrank(tenant);
        escrow.requestUnlock(provider, _token);
        escrow.fundChannel(provider, _token, 1);
        vm.assertEq(theChannel().unlockAt, 0);
        vm.expectRevert(IEscrow.ZeroAmount.selector);
        escrow.fundChannel(provider, _token, 0);
        vm.expectRevert(IEscrow.ZeroAddress.selector);
        escrow.fundChannel(address(0), _token, 1);
        vm.stopPrank();
    }

    function test_fundChannel_keepsItsFeeUntilItIsEmpty() public {
        escrow.setTreasury(treasury, 1000);
        vm.prank(tenant);
        escrow.fundChannel(provider, _token, 1000);
        vm.assertEq(theChannel().treasuryFeeBps, TREASURY_BPS);
        redeem(11_000);
        vm.prank(tenant);
        escrow.fundChannel(provider, _token, 1000);
        vm.assertEq(theChannel().treasuryFeeBps, 1000);
    }

    function test_fundChannel_hasAnEnd() public {
        uint256 much = type(uint96).max;
        fund(tenant, much);
        vm.prank(tenant);
        vm.expectRevert(
            abi.encodeWithSelector(IEscrow.ParameterOutOfRange.selector, "amount", much, much - 10_000)
        );
        escrow.fundChannel(provider, _token, uint96(much));
    }
}
