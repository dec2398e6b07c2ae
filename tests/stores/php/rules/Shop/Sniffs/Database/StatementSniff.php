<?php
declare(strict_types=1);

namespace Shop\Sniffs\Database;

use PHP_CodeSniffer\Files\File;
use PHP_CodeSniffer\Sniffs\Sniff;

/**
 * A statement is a constant. Values get into it by name, through ShopQuery, which escapes them.
 *
 * So nobody but ShopQuery calls `->query()`, and what is given to Query's methods as a statement is made of literals and
 * constants alone: no variable, no function, no text that PHP fills in.
 */
final class StatementSniff implements Sniff
{
    private const HANDS_OVER = 'ShopQuery.php';
    private const METHODS = ['rows', 'row', 'value', 'column', 'run'];
    private const ALLOWED = [
        T_CONSTANT_ENCAPSED_STRING, T_STRING_CONCAT, T_WHITESPACE, T_COMMENT, T_DOUBLE_COLON, T_STRING, T_SELF, T_STATIC,
    ];

    public function register()
    {
        return [T_OBJECT_OPERATOR, T_NULLSAFE_OBJECT_OPERATOR, T_STRING];
    }

    public function process(File $file, $stackPtr)
    {
        $tokens = $file->getTokens();
        if ($tokens[$stackPtr]['code'] === T_STRING) {
            $this->checkFunction($file, $stackPtr);
            return;
        }
        $name = $file->findNext(T_WHITESPACE, $stackPtr + 1, null, true);
        $open = $file->findNext(T_WHITESPACE, $name + 1, null, true);
        if ($tokens[$open]['code'] !== T_OPEN_PARENTHESIS) {
            return;
        }
        $method = $tokens[$name]['content'];
        if ($method === 'query' && basename($file->getFilename()) !== self::HANDS_OVER) {
            $file->addError('Only Database/ShopQuery.php hands statements to the shop\'s database.', $name, 'NotQuery');
        }
        if (in_array($method, self::METHODS, true) && $this->isOnQuery($file, $stackPtr)) {
            $this->checkStatement($file, $open);
        }
    }

    /** CS-Cart's own functions that take a statement. */
    private function checkFunction(File $file, int $at): void
    {
        $name = $file->getTokens()[$at]['content'];
        if (strpos($name, 'db_') === 0 && basename($file->getFilename()) !== self::HANDS_OVER) {
            $file->addError('Only Database/ShopQuery.php hands statements to the shop\'s database.', $at, 'NotQuery');
        }
    }

    private function isOnQuery(File $file, int $operator): bool
    {
        $before = $file->findPrevious(T_WHITESPACE, $operator - 1, null, true);
        $content = $file->getTokens()[$before]['content'];
        return $content === 'query' || $content === '$query';
    }

    private function checkStatement(File $file, int $open): void
    {
        $tokens = $file->getTokens();
        for ($at = $open + 1; $at < $tokens[$open]['parenthesis_closer']; $at++) {
            if ($tokens[$at]['code'] === T_COMMA) {
                return;
            }
            $isConstant = $tokens[$at]['code'] !== T_STRING
                || in_array($tokens[$at - 1]['code'], [T_DOUBLE_COLON], true);
            if (!in_array($tokens[$at]['code'], self::ALLOWED, true) || !$isConstant) {
                $file->addError('A statement is made of literals and constants alone.', $at, 'NotConstant');
                return;
            }
        }
    }
}
