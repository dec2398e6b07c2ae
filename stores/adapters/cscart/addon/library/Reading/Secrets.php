<?php
declare(strict_types=1);

namespace XeroConnector\Reading;

/** What never leaves the shop: numbers and codes of cards, accounts of banks, keys of processors, passwords. */
final class Secrets
{
    private const OF_A_PAYMENT = '/card_?(number|holder|code)|cardholder|^expiry|^exp_|cvv|^issue_number|^start_'
        . '|account|routing|sort_?code|passport|secret|password|token|^pin$/i';
    private const NEVER = ['validation_code', 'ip_address', 'password', 'salt', 'api_key', 'last_passwords',
        'password_change_timestamp', 'processor_params', 'helpdesk_user_id', 'janrain_identifier'];

    /**
     * @param array<string, mixed> $record
     * @return array<string, mixed>
     */
    public static function without(array $record): array
    {
        return array_diff_key($record, array_flip(self::NEVER));
    }

    /**
     * @param array<mixed> $info what a payment form or a gateway left behind
     * @return array<mixed>
     */
    public static function ofPayment(array $info): array
    {
        $kept = [];
        foreach ($info as $name => $value) {
            if (!preg_match(self::OF_A_PAYMENT, (string) $name)) {
                $kept[$name] = is_array($value) ? self::ofPayment($value) : $value;
            }
        }
        return $kept;
    }
}
